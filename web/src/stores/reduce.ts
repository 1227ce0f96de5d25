// What an event changes. Pure; every event carries whole objects, so that applying one twice is harmless.
import type { App, AppNode, Deployment, DeploymentNode, DeploymentSummary } from '../api/types'

export function withNode(app: App, node: AppNode): App {
  return { ...app, nodes: replaceByAlias(app.nodes, node) }
}

export function withDeployment(app: App, deployment: DeploymentSummary): App {
  const running = deployment.state === 'running'
  const stillRunning = app.running_deployment === deployment.id ? null : app.running_deployment
  const others = app.queue.filter((id) => id !== deployment.id)
  return {
    ...app,
    queue: deployment.state === 'queued' ? [...others, deployment.id].sort((a, b) => a - b) : others,
    running_deployment: running ? deployment.id : stillRunning,
    last_deployment: Math.max(app.last_deployment ?? 0, deployment.id)
  }
}

export function withSummary(deployment: Deployment, summary: DeploymentSummary): Deployment {
  return { ...deployment, ...summary }
}

export function withDeploymentNode(deployment: Deployment, node: DeploymentNode): Deployment {
  return { ...deployment, nodes: replaceByAlias(deployment.nodes, node) }
}

function replaceByAlias<T extends { alias: string }>(list: readonly T[], item: T): T[] {
  const known = list.some((other) => other.alias === item.alias)
  return known ? list.map((other) => (other.alias === item.alias ? item : other)) : [...list, item]
}
