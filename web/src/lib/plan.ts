// What a deployment will do: to which nodes, for the confirmation dialog, and by which plan, in words.
import type { App, AppNode, Rollout } from '../api/types'
import { spelledDuration } from './format'

export interface Plan {
  online: AppNode[]
  offline: AppNode[]
  /** Online nodes with files that were changed on the host. */
  modified: AppNode[]
  /** Every online node already stands on the target: only the hooks run. */
  nothingToSwitch: boolean
}

export function planFor(app: App, target: string | null): Plan {
  const online = app.nodes.filter((node) => node.online)
  return {
    online,
    offline: app.nodes.filter((node) => !node.online),
    modified: online.filter((node) => (node.modified?.length ?? 0) > 0),
    nothingToSwitch:
      target !== null && online.length > 0 && online.every((node) => node.revision === target)
  }
}

/** A message of the `plan` section of i18n. */
export interface Phrase {
  key: string
  values: Record<string, string | number>
  count: number
}

const phrase = (key: string, values: Phrase['values'] = {}, count = 1): Phrase => ({ key, values, count })

function waves({ canary, batch, pause }: Rollout): Phrase[] {
  const batches = batch === '100%' ? [] : [typeof batch === 'number' ? phrase('plan.batch', { count: batch }, batch) : phrase('plan.batchPart', { part: batch })]
  const first = canary > 0 ? [phrase('plan.canary', { count: canary }, canary)] : []
  if (first.length + batches.length === 0) return []
  if (pause === 'confirm') return [...first, ...batches, phrase('plan.confirm')]
  return [...first, ...batches, ...(/^0\D*$/.test(pause) ? [] : [phrase('plan.pause', { pause: spelledDuration(pause) })])]
}

function failures({ max_failed: allowed, on_failure: then }: Rollout): Phrase[] {
  const plain = then === 'stop' && allowed === 0
  return plain ? [] : [phrase({ stop: 'plan.stop', continue: 'plan.continue', rollback: 'plan.rollback' }[then], { count: allowed }, allowed)]
}

/** A plan in short sentences; nothing is said of what is as every plan has it. */
export function phrasesOf(rollout: Rollout): Phrase[] {
  const offline = { skip: [], fail: [phrase('plan.offlineFail')], wait: [phrase('plan.offlineWait', { time: spelledDuration(rollout.offline_wait) })] }
  return [
    ...(rollout.prepare_first ? [phrase('plan.prepareFirst')] : []),
    ...waves(rollout),
    ...failures(rollout),
    ...offline[rollout.offline],
    ...(rollout.catch_up ? [phrase('plan.catchUp')] : [])
  ]
}
