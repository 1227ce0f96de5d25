// The history of one app, fetched only when someone wants to see it: each page is a real git or svn
// command on one of its nodes.
import { ref, shallowRef, type Ref } from 'vue'
import { listCommits } from '../api/client'
import { Problem } from '../api/problem'
import type { Commit } from '../api/types'

const fresh = 60_000

export function useCommits(app: string) {
  const commits: Ref<Commit[]> = shallowRef([])
  const more = ref(false)
  const loading = ref(false)
  const problem = shallowRef<Problem | null>(null)
  let loadedAt = 0

  async function fetchPage(before?: string): Promise<void> {
    if (loading.value) return
    loading.value = true
    problem.value = null
    try {
      const page = await listCommits(app, { limit: 20, before })
      commits.value = before === undefined ? page.commits : [...commits.value, ...page.commits]
      more.value = page.more
      if (before === undefined) loadedAt = Date.now()
    } catch (error) {
      problem.value = Problem.from(error)
    } finally {
      loading.value = false
    }
  }

  const refresh = () => fetchPage()
  const loadMore = () => fetchPage(commits.value.at(-1)?.revision)

  /** Opening the list twice within a minute does not ask the node twice. */
  async function opened(): Promise<void> {
    if (Date.now() - loadedAt > fresh) await refresh()
  }

  return { commits, more, loading, problem, refresh, loadMore, opened }
}
