// How the states of the API group for the eye. The word itself comes from i18n.
import type { Deployment, DeploymentNode, DeploymentState, NodeState, Step, StepName, StepState } from '../api/types'

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet'

/** The steps that an order of this action has as a rule; the others are there only where they take place. */
export function plannedSteps(action: Deployment['action']): StepName[] {
  const hooks: [StepName, StepName] = action === 'rollback' ? ['before_rollback', 'after_rollback'] : ['before_deploy', 'after_deploy']
  return ['check', 'fetch', hooks[0], 'switch', hooks[1]]
}

const inTurn: readonly StepName[] = ['check', 'fetch', 'before_deploy', 'switch', 'after_deploy', 'health_check', 'before_rollback', 'switch_back', 'after_rollback']

export const lastForward = inTurn.indexOf('health_check')

/** Where a step stands among all. A rollback has its hooks where an update has them, a node that goes back after a failed check behind it. */
export function turnOf(step: StepName, goingBack: boolean): number {
  if (!goingBack && step === 'before_rollback') return inTurn.indexOf('before_deploy')
  if (!goingBack && step === 'after_rollback') return inTurn.indexOf('after_deploy')
  return inTurn.indexOf(step)
}

export interface StepOfRow {
  name: StepName
  step: Step | undefined
}

/** The planned steps, done or still to come, then what followed: a node that goes back may have one of them twice. */
export function stepRow(steps: readonly Step[], action: Deployment['action']): StepOfRow[] {
  const rest = [...steps]
  const planned = plannedSteps(action).map((name) => {
    const index = rest.findIndex((step) => step.name === name)
    return { name, step: index < 0 ? undefined : rest.splice(index, 1)[0] }
  })
  return [...planned, ...rest.map((step) => ({ name: step.name, step }))]
}

const tones: Record<DeploymentState | NodeState | StepState, Tone> = {
  pending: 'quiet',
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  partial: 'warn',
  rolled_back: 'warn',
  cancelled: 'quiet',
  rejected: 'bad',
  interrupted: 'bad',
  offline: 'warn',
  skipped: 'quiet'
}

export function toneOf(state: DeploymentState | NodeState | StepState): Tone {
  return tones[state]
}

export function isOver(state: NodeState): boolean {
  return state !== 'pending' && state !== 'running'
}

export interface Progress {
  done: number
  total: number
  /** Nodes that ended in a way that needs a look. */
  troubled: number
}

export function progressOf(nodes: readonly DeploymentNode[]): Progress {
  return {
    done: nodes.filter((node) => isOver(node.state)).length,
    total: nodes.length,
    troubled: nodes.filter((node) => ['bad', 'warn'].includes(toneOf(node.state))).length
  }
}

/** How many nodes are in which state, in the order in which the states first appear. */
export function countStates(nodes: readonly DeploymentNode[]): [NodeState, number][] {
  const counts = new Map<NodeState, number>()
  for (const node of nodes) counts.set(node.state, (counts.get(node.state) ?? 0) + 1)
  return [...counts]
}

/** The distinct revisions the nodes stood on before; an unknown one is left out. */
export function revisionsBefore(deployment: Deployment): string[] {
  const known = deployment.nodes.map((node) => node.revision_before).filter((value) => value !== null)
  return [...new Set(known)]
}
