import { expect, it } from 'vitest'
import { planFor } from '../src/lib/plan'
import { progressOf, revisionsBefore } from '../src/lib/states'
import { app, deployment, deploymentNode, node } from './samples'

const fleet = app({
  nodes: [node(), node({ alias: 'api-2', online: false }), node({ alias: 'api-3', modified: ['a.php'] })]
})

it('names who takes part, who is left out, and who has local changes', () => {
  const plan = planFor(fleet, null)
  expect(plan.online.map((item) => item.alias)).toEqual(['api-1', 'api-3'])
  expect(plan.offline.map((item) => item.alias)).toEqual(['api-2'])
  expect(plan.modified.map((item) => item.alias)).toEqual(['api-3'])
})

it('sees that every online node stands on the target already', () => {
  expect(planFor(fleet, 'r1').nothingToSwitch).toBe(true)
  expect(planFor(fleet, 'r2').nothingToSwitch).toBe(false)
  expect(planFor(fleet, null).nothingToSwitch).toBe(false)
  expect(planFor(app({ nodes: [] }), 'r1').nothingToSwitch).toBe(false)
})

it('counts the nodes that are done and those that need a look', () => {
  const states = ['running', 'succeeded', 'failed', 'offline'] as const
  const nodes = states.map((state) => deploymentNode({ alias: state, state }))
  expect(progressOf(nodes)).toEqual({ done: 3, total: 4, troubled: 2 })
})

it('lists each revision that the nodes came from once', () => {
  const nodes = ['r1', null, 'r1', 'r0'].map((value) => deploymentNode({ revision_before: value }))
  expect(revisionsBefore(deployment({ nodes }))).toEqual(['r1', 'r0'])
})
