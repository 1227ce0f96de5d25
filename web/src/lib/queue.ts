// What waits in an app, for what, and what another deployment would do to it.
import type { Action, App, Deployment, DeploymentNode } from '../api/types'

export interface Wait {
  /** From 1. */
  place: number
  total: number
  /** What has the turn now: its number, or the freeze that holds the whole queue back, or nothing yet. */
  holder: number | 'freeze' | null
}

/** Null: it does not wait in this app. */
export function waitOf(app: App, id: number): Wait | null {
  const index = app.queue.indexOf(id)
  if (index < 0) return null
  return { place: index + 1, total: app.queue.length, holder: app.frozen ? 'freeze' : app.running_deployment }
}

/** The waiting updates that a new deployment to all nodes of the app takes the place of. */
export function superseded(app: App, action: Action, byId: ReadonlyMap<number, Deployment>): number[] {
  if (action !== 'update') return []
  const configured = new Set(app.nodes.map((node) => node.alias))
  return app.queue.filter((id) => {
    const waiting = byId.get(id)
    return waiting?.action === 'update' && waiting.nodes.every((node) => configured.has(node.alias))
  })
}

/** What an app shows as its present or last deployment: the newest that is not still in the queue. */
export function shownDeployment(app: App, byId: ReadonlyMap<number, Deployment>): number | null {
  const newest = app.running_deployment ?? app.last_deployment
  if (newest === null || !app.queue.includes(newest)) return newest
  const begun = [...byId.values()].filter((item) => item.app === app.name && !app.queue.includes(item.id))
  return begun.reduce<number | null>((last, item) => Math.max(last ?? 0, item.id), null)
}

/** The number that the server's sentence names: the deployment that took this one's place. */
export function successorOf(deployment: Deployment): number | null {
  if (deployment.state !== 'superseded') return null
  const named = /\bdeployment (\d+)\b/.exec(deployment.stop_reason ?? '')?.[1]
  return named === undefined ? null : Number(named)
}

/** The nodes that another try is for. Null for `app`: it is not configured any more. */
export function nodesToRetry(deployment: Deployment, app: App | undefined): DeploymentNode[] {
  const over = !['queued', 'running', 'succeeded', 'superseded'].includes(deployment.state)
  if (!over || !app) return []
  const configured = new Set(app.nodes.map((node) => node.alias))
  return deployment.nodes.filter((node) => node.state !== 'succeeded' && configured.has(node.alias))
}
