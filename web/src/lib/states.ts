// How the states of the API group for the eye. The word itself comes from i18n.
import type { Deployment, DeploymentNode, DeploymentState, NodeState, StepState } from '../api/types'

export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'wait' | 'quiet'

const tones: Record<DeploymentState | NodeState | StepState, Tone> = {
  queued: 'wait',
  pending: 'wait',
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  partial: 'warn',
  rolled_back: 'warn',
  cancelled: 'quiet',
  rejected: 'bad',
  interrupted: 'bad',
  offline: 'warn',
  skipped: 'quiet',
  superseded: 'quiet'
}

export function toneOf(state: DeploymentState | NodeState | StepState): Tone {
  return tones[state]
}

export function isOver(state: NodeState): boolean {
  return state !== 'pending' && state !== 'running'
}

/** It waits for its turn or has it: it can still change, and be cancelled. */
export function isUnderWay(state: DeploymentState): boolean {
  return state === 'queued' || state === 'running'
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
