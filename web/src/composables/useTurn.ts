// The line that says what an app's queue waits for: what holds the turn, by whom, and since when.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { App } from '../api/types'
import { shortTime } from '../lib/format'
import { waitOf, type Wait } from '../lib/queue'
import { useDeployments } from '../stores/deployments'
import { useLanguage } from './useLanguage'
import { useNow } from './useNow'

interface Turn {
  /** When the deployment that has the turn began, and by whom. */
  since: (holder: number) => string
  /** For the first of `count` deployments that wait. */
  line: (wait: Wait, first: number, count: number) => string
}

export function useTurn(): Turn {
  const { t } = useI18n()
  const { tag } = useLanguage()
  const deployments = useDeployments()
  const now = useNow()

  function since(holder: number): string {
    const running = deployments.byId.get(holder)
    if (!running?.started_at) return t('queue.running')
    const time = shortTime(running.started_at, now.value, tag.value)
    return running.by === '' ? t('queue.started', { time }) : t('queue.startedBy', { time, who: running.by })
  }

  function line({ holder }: Wait, first: number, count: number): string {
    if (holder === 'freeze') return t('queue.frozen', { first, count }, count)
    if (holder === null) return t('queue.next', { first, count }, count)
    return t('queue.behind', { first, count, holder, since: since(holder) }, count)
  }

  return { since, line }
}

/** Of all that waits in an app; '' if nothing does. */
export function useQueueLine(app: () => App): ComputedRef<string> {
  const { line } = useTurn()
  return computed(() => {
    const [first] = app().queue
    const wait = first === undefined ? null : waitOf(app(), first)
    return first === undefined || wait === null ? '' : line(wait, first, app().queue.length)
  })
}
