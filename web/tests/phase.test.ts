import { describe, expect, it } from 'vitest'
import type { Rollout, Step, StepName } from '../src/api/types'
import { phaseProgress, plainReason, revisionBack } from '../src/lib/phase'
import { phrasesOf } from '../src/lib/plan'
import { shownSteps, splitSteps } from '../src/lib/steps'
import { app, deployment, deploymentNode } from './samples'

const done = (...names: StepName[]): Step[] => names.map((name) => ({ name, state: 'succeeded', exit_code: null, duration_ms: 1 }))

describe('a phase', () => {
  it('of preparing counts the nodes that have fetched and wait, and those that cannot', () => {
    const nodes = [
      deploymentNode({ alias: 'a', state: 'running', steps: done('check', 'fetch') }),
      deploymentNode({ alias: 'b', state: 'running', steps: done('check') }),
      deploymentNode({ alias: 'c', state: 'failed', steps: done('check') }),
      deploymentNode({ alias: 'd' })
    ]
    expect(phaseProgress(deployment({ phase: 'prepare', nodes }))).toEqual({ done: 1, total: 4, troubled: 1 })
  })

  it('of going back counts the nodes that go, and names the revision if it is one', () => {
    const back = { undo: true, revision_before: 'r1' }
    const nodes = [
      deploymentNode({ alias: 'a', state: 'rolled_back', ...back }),
      deploymentNode({ alias: 'b', state: 'running', ...back }),
      deploymentNode({ alias: 'c', state: 'failed', ...back }),
      deploymentNode({ alias: 'd', state: 'skipped' })
    ]
    const undoing = deployment({ phase: 'undo', nodes })
    expect(phaseProgress(undoing)).toEqual({ done: 1, total: 3, troubled: 1 })
    expect(revisionBack(undoing)).toBe('r1')
    expect(revisionBack(deployment({ nodes: [...nodes, deploymentNode({ alias: 'e', undo: true, revision_before: 'r0' })] }))).toBeNull()
  })

  it('that ended early has a reason', () => {
    expect(plainReason(deployment({ stop_reason: 'not started: 1 node (a) failed' }))).toBe('1 node (a) failed')
    expect(plainReason(deployment({ stop_reason: 'nothing was switched anywhere' }))).toBe('nothing was switched anywhere')
    expect(plainReason(deployment())).toBe('')
  })

  it('of deploying counts the nodes that are done', () => {
    const nodes = [deploymentNode({ state: 'succeeded' }), deploymentNode({ alias: 'b', state: 'running' })]
    expect(phaseProgress(deployment({ nodes }))).toEqual({ done: 1, total: 2, troubled: 0 })
  })
})

describe('the steps of a node', () => {
  const names = (...of: Parameters<typeof shownSteps>) => shownSteps(...of).map(({ name, step }) => (step ? name : `(${name})`))

  it('are those it took, with the expected ones in their places', () => {
    expect(names([], 'update')).toEqual(['(check)', '(fetch)', '(before_deploy)', '(switch)', '(after_deploy)'])
    expect(names(done('check', 'fetch', 'switch'), 'update')).toEqual(['check', 'fetch', '(before_deploy)', 'switch', '(after_deploy)'])
    expect(names(done('check'), 'rollback')).toEqual(['check', '(fetch)', '(before_rollback)', '(switch)', '(after_rollback)'])
  })

  it('take the deploy hooks of a rollback for its own', () => {
    expect(names(done('check', 'fetch', 'before_deploy', 'switch', 'after_deploy'), 'rollback')).not.toContain('(before_rollback)')
    expect(names(done('check', 'fetch', 'before_deploy'), 'rollback')).toEqual(['check', 'fetch', 'before_deploy', '(switch)', '(after_deploy)'])
  })

  it('of a node whose health check failed end with the way back, in the order in which they ran', () => {
    const all: StepName[] = ['check', 'fetch', 'before_deploy', 'switch', 'after_deploy', 'health_check', 'before_rollback', 'switch_back', 'after_rollback']
    expect(names(done(...all), 'update')).toEqual(all)
  })

  it('of a node that goes back are split at the second check', () => {
    const steps = done('check', 'fetch', 'switch', 'check', 'fetch')
    expect(splitSteps(deploymentNode({ undo: true, steps }))).toEqual({ there: steps.slice(0, 3), back: steps.slice(3) })
    expect(splitSteps(deploymentNode({ undo: true, steps: done('check', 'switch') })).back).toEqual([])
    expect(splitSteps(deploymentNode({ steps }))).toEqual({ there: steps, back: [] })
  })
})

describe('a plan in words', () => {
  const { rollout } = app()
  const keys = (values: Partial<Rollout>) => phrasesOf({ ...rollout, ...values }).map((phrase) => phrase.key)

  it('says nothing of the plainest', () => { expect(keys({})).toEqual([]) })

  it('says what goes first, how many at once, and what lies between', () => {
    expect(keys({ prepare_first: true, canary: 1, batch: '25%', pause: '30s' })).toEqual([
      'plan.prepareFirst', 'plan.canary', 'plan.batchPart', 'plan.pause'
    ])
    expect(keys({ batch: 2, pause: 'confirm' })).toEqual(['plan.batch', 'plan.confirm'])
    expect(keys({ pause: '30s' })).toEqual([])
  })

  it('says what failures and absent nodes lead to', () => {
    expect(keys({ max_failed: 2 })).toEqual(['plan.stop'])
    expect(keys({ on_failure: 'rollback', offline: 'wait', catch_up: true })).toEqual(['plan.rollback', 'plan.offlineWait', 'plan.catchUp'])
    expect(keys({ on_failure: 'continue', offline: 'fail' })).toEqual(['plan.continue', 'plan.offlineFail'])
  })
})
