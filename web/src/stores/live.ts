// The one event stream of the tab: loads the state, follows it, and says when it is stale.
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { eventsUrl } from '../api/client'
import { Problem } from '../api/problem'
import { openStream, type Stream } from '../api/stream'
import type { AppEvent, DeploymentEvent, DeploymentNodeEvent, NodeEvent } from '../api/types'
import { whileVisible } from '../lib/whileVisible'
import { useDeployments } from './deployments'
import { useFleet } from './fleet'

const retryDelay = 3000

export const useLive = defineStore('live', () => {
  const fleet = useFleet()
  const deployments = useDeployments()
  const state = ref<'connecting' | 'live' | 'lost'>('connecting')
  /** When the state on the page was last known to be true. */
  const asOf = ref(Date.now())
  /** Why the state could not be loaded. */
  const problem = shallowRef<Problem | null>(null)
  /** Buttons that act on the state are only offered while it is true. */
  const canAct = computed(() => state.value === 'live')

  let stream: Stream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  // Counts the beginnings, so that an answer to an earlier one is not taken for the present one's.
  let turn = 0

  async function connect(): Promise<void> {
    disconnect()
    const mine = turn
    try {
      const lastEventId = await fleet.load()
      const underWay = fleet.apps.flatMap((app) => [app.running_deployment ?? [], app.queue].flat())
      await deployments.refresh(underWay)
      if (mine !== turn) return
      problem.value = null
      follow(lastEventId)
    } catch (error) {
      if (mine === turn) onFailed(Problem.from(error))
    }
  }

  function disconnect(): void {
    turn++
    clearTimeout(timer)
    stream?.close()
    stream = undefined
  }

  function follow(lastEventId: number): void {
    stream = openStream(eventsUrl(lastEventId), {
      events: {
        app: (data) => { fleet.onApp(data as AppEvent) },
        node: (data) => { fleet.onNode(data as NodeEvent) },
        deployment: (data) => {
          fleet.onDeployment(data as DeploymentEvent)
          deployments.onDeployment(data as DeploymentEvent)
        },
        deployment_node: (data) => { deployments.onNode(data as DeploymentNodeEvent) },
        // Apps and nodes came, went or moved: what is shown of them is loaded again.
        config: () => void connect(),
        reset: onReset
      },
      onOpen: () => { state.value = 'live' },
      onLost,
      onGivenUp: () => {
        onLost()
        retryLater()
      }
    })
  }

  // Another database answers than the one that this tab knows: nothing of what it knows counts any more.
  function onReset(): void {
    deployments.forget()
    void connect()
  }

  function onFailed(reason: Problem): void {
    problem.value = reason
    onLost()
    retryLater()
  }

  function onLost(): void {
    if (state.value === 'live') asOf.value = Date.now()
    state.value = 'lost'
  }

  function retryLater(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void connect(), retryDelay)
  }

  function suspend(): void {
    disconnect()
    if (state.value === 'live') asOf.value = Date.now()
    state.value = 'connecting'
  }

  let ends: (() => void)[] = []

  function start(): void {
    // A changed network can leave a dead connection that looks open; a new one shows what is true.
    const again = () => void connect()
    for (const change of ['offline', 'online']) {
      window.addEventListener(change, again)
      ends.push(() => { window.removeEventListener(change, again) })
    }
    ends.push(whileVisible(again, suspend))
  }

  /** Nobody is logged in any more: nothing of what was shown stays. */
  function stop(): void {
    for (const end of ends) end()
    ends = []
    problem.value = null
    fleet.forget()
    deployments.forget()
  }

  return { state, asOf, problem, canAct, start, stop, retry: connect }
})
