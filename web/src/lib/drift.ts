// What differs on a node from what was last deployed there, as words of the i18n tables. Pure.
import type { AppNode } from '../api/types'
import { shortRevision } from './format'

export interface Difference {
  key: string
  values: Record<string, string>
  count: number
}

export function driftOf(node: AppNode): Difference[] {
  const { drift } = node
  if (!drift) return []
  const differences: Record<(typeof drift.reasons)[number], Difference> = {
    revision: { key: 'node.notOn', values: { revision: shortRevision(drift.expected) }, count: 1 },
    branch: { key: 'node.onBranch', values: { branch: node.branch ?? '' }, count: 1 },
    modified: { key: 'node.modified', values: {}, count: drift.modified_total }
  }
  return drift.reasons.map((reason) => differences[reason])
}
