// How far the present phase of a deployment is: fetching everywhere, going over the nodes, or going back.
import type { Deployment, DeploymentNode } from '../api/types'
import { isOver, progressOf, toneOf, type Progress } from './states'

/** Fetched, and waiting for the others. */
export function isPrepared(node: DeploymentNode): boolean {
  return !isOver(node.state) && node.steps.some((step) => step.name === 'fetch' && step.state === 'succeeded')
}

/** Why it did not go over all nodes. That these were not started is said by each of them already. */
export function plainReason(deployment: Deployment): string {
  return (deployment.stop_reason ?? '').replace(/^not started: /, '')
}

/** Nodes that go back, or went. */
export function nodesGoingBack(deployment: Deployment): DeploymentNode[] {
  return deployment.nodes.filter((node) => node.undo)
}

/** The one revision that all of them go back to; null: each to its own. */
export function revisionBack(deployment: Deployment): string | null {
  const [only, ...more] = new Set(nodesGoingBack(deployment).map((node) => node.revision_before))
  return more.length === 0 ? (only ?? null) : null
}

export function phaseProgress(deployment: Deployment): Progress {
  const { nodes, phase } = deployment
  if (phase === 'prepare') {
    const troubled = nodes.filter((node) => isOver(node.state) && node.state !== 'succeeded').length
    return { done: nodes.filter(isPrepared).length, total: nodes.length, troubled }
  }
  if (phase === 'undo') {
    const back = nodesGoingBack(deployment)
    const troubled = back.filter((node) => toneOf(node.state) === 'bad').length
    return { done: back.filter((node) => node.state === 'rolled_back').length, total: back.length, troubled }
  }
  return progressOf(nodes)
}
