// How far a running deployment is, as a sentence and as numbers.
import { computed, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { Deployment } from '../api/types'
import { shortRevision } from '../lib/format'
import { phaseProgress, revisionBack } from '../lib/phase'
import type { Progress } from '../lib/states'

export function usePhase(deployment: () => Deployment): { progress: ComputedRef<Progress>; text: ComputedRef<string> } {
  const { t } = useI18n()
  const progress = computed(() => phaseProgress(deployment()))

  const text = computed(() => {
    const { done, total } = progress.value
    const { phase } = deployment()
    if (phase === 'prepare') return t('deployment.preparing', { done, total }, total)
    if (phase !== 'undo') return t('deployment.progress', { done, total }, total)
    const revision = revisionBack(deployment())
    if (revision === null) return t('deployment.goingBackEach', { done, total })
    return t('deployment.goingBack', { done, total, revision: shortRevision(revision) }, total)
  })

  return { progress, text }
}
