// The deployments of one app, or of all, newest first. What happens live joins in at the top: the store
// knows every deployment since the page was opened.
import { computed, ref, shallowRef, watch, type Ref } from 'vue'
import { Problem } from '../api/problem'
import { useDeployments } from '../stores/deployments'

const pageSize = 30

export function useHistory(app: Ref<string | undefined>) {
  const store = useDeployments()
  // The store also holds single older ones; below this id the list would have gaps.
  const oldest = ref(Infinity)
  const more = ref(false)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let turn = 0

  const list = computed(() =>
    [...store.byId.values()]
      .filter((item) => item.id >= oldest.value && (app.value === undefined || item.app === app.value))
      .sort((a, b) => b.id - a.id)
  )

  async function loadMore(): Promise<void> {
    const mine = ++turn
    loading.value = true
    problem.value = null
    try {
      const before = Number.isFinite(oldest.value) ? oldest.value : undefined
      const page = await store.page({ app: app.value, limit: pageSize, before })
      if (mine !== turn) return
      oldest.value = page.deployments.at(-1)?.id ?? (before ?? 0)
      more.value = page.more
    } catch (error) {
      if (mine === turn) problem.value = Problem.from(error)
    } finally {
      if (mine === turn) loading.value = false
    }
  }

  watch(app, () => {
    oldest.value = Infinity
    void loadMore()
  }, { immediate: true })

  return { list, more, loading, problem, loadMore }
}
