// Who looks at the page, and what he may do. The page never sees the session itself: it lives in cookies that no
// script can read, and is renewed as long as the page is open.
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import * as api from '../api/client'
import { Problem } from '../api/problem'
import type { Session } from '../api/types'

// The session's token lasts for 15 minutes.
const renewEvery = 6 * 60_000

export const useSession = defineStore('session', () => {
  /** Undefined: not asked yet. Null: nobody is logged in. */
  const who = ref<Session | null>()
  /** Why nobody is, where that was not to be expected. */
  const ended = ref(false)
  const known = computed(() => Boolean(who.value))
  let timer: ReturnType<typeof setInterval> | undefined

  async function open(): Promise<void> {
    api.onSignedOut(signedOut)
    try {
      signedIn(await api.getSession())
    } catch (error) {
      // A server that cannot be reached is told by the page's own state, which keeps trying.
      if (Problem.from(error).status !== 401) retryOpening()
    }
  }

  function retryOpening(): void {
    setTimeout(() => void open(), 2000)
  }

  function signedIn(session: Session): void {
    who.value = session
    ended.value = false
    clearInterval(timer)
    if (session.via === 'session') timer = setInterval(() => void api.renewSession().catch(() => undefined), renewEvery)
  }

  function signedOut(): void {
    clearInterval(timer)
    if (who.value) ended.value = true
    who.value = null
  }

  async function logIn(name: string, password: string): Promise<void> {
    signedIn(await api.logIn({ name, password }))
  }

  async function logOut(): Promise<void> {
    await api.logOut()
    signedOut()
    ended.value = false
  }

  function mayDeploy(app: string): boolean {
    const session = who.value
    if (!session || session.role === 'viewer') return false
    return session.apps === null || session.apps.includes(app)
  }

  return { who, ended, known, open, logIn, logOut, mayDeploy }
})
