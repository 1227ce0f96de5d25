// The steps of a node in the order in which they are shown: what it did, and what it has not begun.
import type { Action, DeploymentNode, Step, StepName } from '../api/types'

/** As an order goes through them; those on one line stand for each other. */
const course: readonly StepName[][] = [
  ['check'], ['fetch'], ['before_deploy', 'before_rollback'], ['switch'], ['after_deploy', 'after_rollback'],
  ['health_check'], ['switch_back']
]

const expected: Record<Action, readonly StepName[]> = {
  update: ['check', 'fetch', 'before_deploy', 'switch', 'after_deploy'],
  rollback: ['check', 'fetch', 'before_rollback', 'switch', 'after_rollback']
}

export interface ShownStep {
  name: StepName
  /** Undefined: it has not begun. */
  step?: Step
}

const placeOf = (name: StepName) => course.findIndex((names) => names.includes(name))

/** The steps that an order took, and between them those that it is expected to take. */
export function shownSteps(steps: readonly Step[], action: Action): ShownStep[] {
  const shown: ShownStep[] = steps.map((step) => ({ name: step.name, step }))
  // A rollback without hooks of its own runs those of an update, and their steps are called so.
  const called = steps.some(({ name }) => name === 'before_deploy' || name === 'after_deploy') ? 'update' : action
  for (const name of expected[called]) {
    const place = placeOf(name)
    if (shown.some((other) => placeOf(other.name) === place)) continue
    const next = shown.findIndex((other) => placeOf(other.name) > place)
    shown.splice(next < 0 ? shown.length : next, 0, { name })
  }
  return shown
}

/** Of a node that goes back: the steps of its first order and those of the second, which begins with another check. */
export function splitSteps(node: DeploymentNode): { there: Step[]; back: Step[] } {
  const second = node.undo ? node.steps.findIndex((step, index) => index > 0 && step.name === 'check') : -1
  if (second < 0) return { there: node.steps, back: [] }
  return { there: node.steps.slice(0, second), back: node.steps.slice(second) }
}
