// Follows the output of one deployment while its view is open. The stream replays from the beginning,
// so whoever comes late sees the same; after a pause it goes on behind the last event seen.
import { onScopeDispose, ref } from 'vue'
import { deploymentEventsUrl } from '../api/client'
import { openStream, type Stream } from '../api/stream'
import type { DeploymentNodeEvent, OutputEvent } from '../api/types'
import { OutputFeed } from '../lib/outputFeed'
import { whileVisible } from '../lib/whileVisible'

const retryDelay = 3000

export function useDeploymentOutput(id: number, onEnd: () => void) {
  const feed = new OutputFeed()
  const state = ref<'following' | 'lost' | 'complete'>('following')
  let stream: Stream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let seen = 0

  // A repeated output event would double its lines, so everything up to the last one seen is passed over.
  const once = <T>(handle: (event: T) => void) => (data: unknown, eventId: number) => {
    if (eventId !== 0 && eventId <= seen) return
    if (eventId !== 0) seen = eventId
    handle(data as T)
  }

  function open(): void {
    if (state.value === 'complete') return
    close()
    stream = openStream(deploymentEventsUrl(id, seen === 0 ? undefined : seen), {
      events: {
        output: once<OutputEvent>((event) => { feed.output(event) }),
        deployment_node: once<DeploymentNodeEvent>((event) => { feed.node(event.node) }),
        end: finish
      },
      onOpen: () => { state.value = 'following' },
      onLost: () => { state.value = 'lost' },
      onGivenUp: () => {
        state.value = 'lost'
        timer = setTimeout(open, retryDelay)
      }
    })
  }

  function finish(): void {
    state.value = 'complete'
    close()
    onEnd()
  }

  function close(): void {
    clearTimeout(timer)
    stream?.close()
    stream = undefined
  }

  onScopeDispose(whileVisible(open, close))
  return { feed, state }
}
