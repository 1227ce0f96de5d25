import { describe, expect, it } from 'vitest'
import { nodesToRetry, shownDeployment, successorOf, superseded, waitOf } from '../src/lib/queue'
import { withDeployment } from '../src/stores/reduce'
import { app, deployment, deploymentNode, node } from './samples'

const freeze = { reason: 'audit', by: 'Ada', since: '2026-01-01T00:00:00.000Z' }

describe('what waits', () => {
  const busy = app({ running_deployment: 7, queue: [8, 9], last_deployment: 9 })

  it('has its place, and knows what holds the turn', () => {
    expect(waitOf(busy, 8)).toEqual({ place: 1, total: 2, holder: 7 })
    expect(waitOf(busy, 9)).toEqual({ place: 2, total: 2, holder: 7 })
    expect(waitOf(busy, 7)).toBeNull()
  })

  it('is held back by a freeze, whatever runs', () => {
    expect(waitOf({ ...busy, frozen: freeze }, 8)?.holder).toBe('freeze')
    expect(waitOf({ ...busy, running_deployment: null }, 8)?.holder).toBeNull()
  })

  it('joins the queue in the order of the numbers, once, and leaves it when its turn comes', () => {
    const queued = withDeployment(busy, deployment({ id: 10, state: 'queued' }))
    expect(withDeployment(queued, deployment({ id: 10, state: 'queued' }))).toMatchObject({
      queue: [8, 9, 10], running_deployment: 7, last_deployment: 10
    })
    const next = withDeployment(withDeployment(queued, deployment({ state: 'succeeded' })), deployment({ id: 8 }))
    expect(next).toMatchObject({ queue: [9, 10], running_deployment: 8 })
    expect(withDeployment(next, deployment({ id: 9, state: 'superseded' })).queue).toEqual([10])
  })

  it('gives way to a newer update of all its nodes, but to no rollback', () => {
    const other = deployment({ id: 9, action: 'rollback', state: 'queued' })
    const known = new Map([[8, deployment({ id: 8, state: 'queued' })], [9, other]])
    expect(superseded(busy, 'update', known)).toEqual([8])
    expect(superseded(busy, 'rollback', known)).toEqual([])
    const gone = deployment({ id: 8, state: 'queued', nodes: [deploymentNode({ alias: 'removed' })] })
    expect(superseded(busy, 'update', new Map([[8, gone]]))).toEqual([])
  })

  it('is not shown as what ran last', () => {
    const frozen = app({ queue: [8], last_deployment: 8, frozen: freeze })
    const known = new Map([5, 6, 8].map((id) => [id, deployment({ id, state: 'succeeded' })]))
    expect(shownDeployment(frozen, known)).toBe(6)
    expect(shownDeployment(frozen, new Map())).toBeNull()
    expect(shownDeployment(busy, known)).toBe(7)
    expect(shownDeployment(app({ last_deployment: 8 }), known)).toBe(8)
  })
})

it('finds the deployment that took the place of a superseded one in the reason', () => {
  const reason = 'superseded by deployment 12, a newer update of shop'
  expect(successorOf(deployment({ state: 'superseded', stop_reason: reason }))).toBe(12)
  expect(successorOf(deployment({ state: 'superseded', stop_reason: null }))).toBeNull()
  expect(successorOf(deployment({ state: 'failed', stop_reason: reason }))).toBeNull()
})

it('tries again what did not succeed and is still configured, of a deployment that has ended', () => {
  const nodes = [['api-1', 'succeeded'], ['api-2', 'failed'], ['gone', 'failed']] as const
  const ended = deployment({ state: 'partial', nodes: nodes.map(([alias, state]) => deploymentNode({ alias, state })) })
  const fleet = app({ nodes: [node(), node({ alias: 'api-2' })] })
  expect(nodesToRetry(ended, fleet).map((item) => item.alias)).toEqual(['api-2'])
  expect(nodesToRetry(ended, undefined)).toEqual([])
  for (const state of ['queued', 'running', 'superseded'] as const) expect(nodesToRetry({ ...ended, state }, fleet)).toEqual([])
})
