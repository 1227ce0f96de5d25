import { expect, it } from 'vitest'
import { driftOf } from '../src/lib/drift'
import { node } from './samples'

it('has nothing to say of a node that is as it was left', () => {
  expect(driftOf(node())).toEqual([])
})

it('names every difference', () => {
  const drift = { expected: '1234567890'.repeat(4), revision: 'r2', modified_total: 123, reasons: ['revision', 'branch', 'modified'] as const }
  const drifted = node({ branch: 'hotfix', drift: { ...drift, reasons: [...drift.reasons] } })
  expect(driftOf(drifted)).toEqual([
    { key: 'node.notOn', values: { revision: '12345678' }, count: 1 },
    { key: 'node.onBranch', values: { branch: 'hotfix' }, count: 1 },
    { key: 'node.modified', values: {}, count: 123 }
  ])
})
