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

it('marks the hooks of a rollback again when the node goes back after a failed check', () => {
  const feed = new OutputFeed()
  const names: Step['name'][] = ['before_rollback', 'switch', 'after_rollback', 'health_check', 'before_rollback', 'switch_back', 'after_rollback']
  for (let count = 1; count <= names.length; count++) {
    feed.node(nodeWith(...names.slice(0, count).map((name, index) => step(name, index === count - 1 ? 'running' : 'succeeded'))))
  }
  expect(feed.buffer('api-1').lines.map((line) => (line.kind === 'step' ? line.step : line.kind))).toEqual(names)
})

it('keeps the nodes apart', () => {
  const feed = new OutputFeed()
  feed.output({ deployment_id: 1, alias: 'a', step: 'check', stream: 'note', offset: 0, length: 1, text: 'x' })
  expect(feed.buffer('b').lines).toEqual([])
})

const borders = (feed: OutputFeed) => feed.buffer('api-1').lines.flatMap((line) => (line.kind === 'step' ? [line.step] : []))

const printed = (name: Step['name']) =>
  ({ deployment_id: 1, alias: 'api-1', step: name, stream: 'stdout', offset: 0, length: 2, text: 'x\n' }) as const

it('never marks a border behind the output of a later step', () => {
  const feed = new OutputFeed()
  feed.output(printed('switch'))
  feed.node(nodeWith(step('check', 'succeeded'), step('fetch', 'succeeded'), step('switch', 'running')))
  feed.output(printed('switch'))
  expect(borders(feed)).toEqual(['switch'])
})

it('marks the steps of going back a second time, whoever tells of them first', () => {
  const feed = new OutputFeed()
  const there = [step('check', 'succeeded'), step('fetch', 'succeeded'), step('switch', 'succeeded'), step('after_deploy', 'failed', 3)]
  feed.node(nodeWith(...there))
  feed.output(printed('check'))
  const back = [step('check', 'succeeded'), step('fetch', 'succeeded'), step('switch', 'failed', 1)]
  for (const told of [1, 2, 3]) feed.node(nodeWith(...there, ...back.slice(0, told)))
  feed.output(printed('switch'))
  expect(borders(feed)).toEqual([
    'check', 'fetch', 'switch', 'after_deploy', 'after_deploy', 'check', 'fetch', 'switch', 'switch'
  ])
  expect(feed.buffer('api-1').lines.filter((line) => line.kind === 'step' && line.ended !== null)).toHaveLength(2)
})
