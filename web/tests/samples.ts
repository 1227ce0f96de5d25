import type { App, AppNode, Deployment, DeploymentNode } from '../src/api/types'

const rollout: App['rollout'] = {
  canary: 0, batch: '100%', pause: '0s', max_failed: 0, on_failure: 'stop', offline: 'skip', offline_wait: '5m',
  prepare_first: false, catch_up: false
}

export function node(values: Partial<AppNode> = {}): AppNode {
  return {
    alias: 'api-1', addr: '127.0.0.1:8081', path: '/srv/shop', trust: 'pinned', online: true, reason: null, revision: 'r1',
    branch: 'main', modified: [], modified_total: 0, modified_at: null, drift: null, behind: false, agent_version: '1', os: 'Linux', last_seen: null, ...values
  }
}

export function app(values: Partial<App> = {}): App {
  return {
    name: 'shop', type: 'git', url: 'file:///srv/shop.git', branch: 'main', rollout, nodes: [node()],
    frozen: null, layout: 'in_place', running_deployment: null, queue: [], last_deployment: null, ...values
  }
}

export function deploymentNode(values: Partial<DeploymentNode> = {}): DeploymentNode {
  return {
    alias: 'api-1', state: 'pending', step: null, exit_code: null, reason: null, steps: [], revision_before: null,
    revision_after: null, started_at: null, finished_at: null, output_bytes: 0, output_removed: false, wave: 0,
    undo: false, ...values
  }
}

export function deployment(values: Partial<Deployment> = {}): Deployment {
  return {
    id: 7, app: 'shop', action: 'update', revision: 'r2', requested_revision: null, state: 'running', note: '',
    by: '10.0.0.7', retry_of: null, cancel_requested: false, rollout, wave: 0, waiting: null, phase: 'deploy', stop_reason: null,
    created_at: '2026-01-01T00:00:00.000Z', started_at: '2026-01-01T00:00:00.000Z', finished_at: null,
    nodes: [deploymentNode()], ...values
  }
}
