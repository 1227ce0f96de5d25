// Turns the events of one deployment into a line buffer per node, with the borders of the steps.
import { LineBuffer } from './lineBuffer'
import type { DeploymentNode, OutputEvent } from '../api/types'

export class OutputFeed {
  private readonly buffers = new Map<string, LineBuffer>()
  private readonly ended = new Set<string>()

  buffer(alias: string): LineBuffer {
    let buffer = this.buffers.get(alias)
    if (buffer === undefined) {
      buffer = new LineBuffer()
      this.buffers.set(alias, buffer)
    }
    return buffer
  }

  output(event: OutputEvent): void {
    const buffer = this.buffer(event.alias)
    buffer.beginStep(event.step)
    buffer.append(event.stream, event.text)
  }

  /** A success needs no line of its own: the next step begins. */
  node(node: DeploymentNode): void {
    const buffer = this.buffer(node.alias)
    let goingBack = false
    for (const [index, step] of node.steps.entries()) {
      const key = `${node.alias}\n${index}`
      const wasChecked = goingBack
      goingBack ||= step.name === 'health_check'
      if (this.ended.has(key)) continue
      buffer.beginStep(step.name, wasChecked)
      if (step.state === 'running') continue
      this.ended.add(key)
      if (step.state !== 'succeeded') buffer.endStep(step.name, step.state, step.exit_code)
    }
  }
}
