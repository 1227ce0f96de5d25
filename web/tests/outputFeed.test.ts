import { expect, it } from 'vitest'
import type { DeploymentNode, Step } from '../src/api/types'
import { OutputFeed } from '../src/lib/outputFeed'
import { deploymentNode } from './samples'

const step = (name: Step['name'], state: Step['state'], code: number | null = null): Step =>
  ({ name, state, exit_code: code, duration_ms: 1 })

function nodeWith(...steps: Step[]): DeploymentNode {
  return deploymentNode({ alias: 'api-1', steps })
}

it('marks where steps begin and how a failed one ended, each once', () => {
  const feed = new OutputFeed()
  feed.node(nodeWith(step('check', 'running')))
  feed.output({ deployment_id: 1, alias: 'api-1', step: 'fetch', stream: 'stderr', offset: 0, length: 1, text: 'x\n' })
  const failed = nodeWith(step('check', 'succeeded', 0), step('fetch', 'failed', 128))
  feed.node(failed)
  feed.node(failed)
  expect(feed.buffer('api-1').lines).toEqual([
    { kind: 'step', step: 'check', ended: null, exitCode: null },
    { kind: 'step', step: 'fetch', ended: null, exitCode: null },
    { kind: 'stderr', spans: [{ text: 'x', class: '' }] },
    { kind: 'step', step: 'fetch', ended: 'failed', exitCode: 128 }
  ])
})

it('keeps the nodes apart', () => {
  const feed = new OutputFeed()
  feed.output({ deployment_id: 1, alias: 'a', step: 'check', stream: 'note', offset: 0, length: 1, text: 'x' })
  expect(feed.buffer('b').lines).toEqual([])
})
