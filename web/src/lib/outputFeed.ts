// Turns the events of one deployment into a line buffer per node, with the borders of the steps. A node that goes
// back takes the steps a second time, by another order, which begins with `check` like the first.
import { LineBuffer } from './lineBuffer'
import type { DeploymentNode, OutputEvent, StepName } from '../api/types'

interface Borders {
  /** Those that were marked, of both orders. */
  begun: StepName[]
  /** How many steps of the node were seen to end. */
  ended: number
}

export class OutputFeed {
  private readonly buffers = new Map<string, LineBuffer>()
  private readonly borders = new Map<string, Borders>()

  buffer(alias: string): LineBuffer {
    let buffer = this.buffers.get(alias)
    if (buffer === undefined) {
      buffer = new LineBuffer()
      this.buffers.set(alias, buffer)
    }
    return buffer
  }

  output(event: OutputEvent): void {
    const { begun } = this.bordersOf(event.alias)
    // In the present order: since its check.
    const marked = begun.lastIndexOf(event.step) > begun.lastIndexOf('check') || begun.at(-1) === event.step
    if (!marked) this.begin(event.alias, event.step)
    this.buffer(event.alias).append(event.stream, event.text)
  }

  /** A success needs no line of its own: the next step begins. */
  node(node: DeploymentNode): void {
    const borders = this.bordersOf(node.alias)
    const names = node.steps.map((step) => step.name)
    let at = 0
    for (const [index, step] of node.steps.entries()) {
      const found = borders.begun.indexOf(step.name, at)
      const laterIsThere = names.slice(index + 1).some((name) => borders.begun.includes(name, at))
      if (found < 0 && !laterIsThere) this.begin(node.alias, step.name)
      if (found >= 0) at = found + 1
      else if (!laterIsThere) at = borders.begun.length
      if (step.state === 'running' || index < borders.ended) continue
      borders.ended = index + 1
      if (step.state !== 'succeeded') this.buffer(node.alias).endStep(step.name, step.state, step.exit_code)
    }
  }

  private begin(alias: string, step: StepName): void {
    this.bordersOf(alias).begun.push(step)
    this.buffer(alias).beginStep(step)
  }

  private bordersOf(alias: string): Borders {
    let borders = this.borders.get(alias)
    if (borders === undefined) {
      borders = { begun: [], ended: 0 }
      this.borders.set(alias, borders)
    }
    return borders
  }
}
