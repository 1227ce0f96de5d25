// What a deployment that has not been started yet will do, for the confirmation dialog.
import type { App, AppNode } from '../api/types'

export interface Plan {
  online: AppNode[]
  offline: AppNode[]
  /** Online nodes with files that were changed on the host. */
  modified: AppNode[]
  /** Every online node already stands on the target: only the hooks run. */
  nothingToSwitch: boolean
}

export function planFor(app: App, target: string | null): Plan {
  const online = app.nodes.filter((node) => node.online)
  return {
    online,
    offline: app.nodes.filter((node) => !node.online),
    modified: online.filter((node) => (node.modified?.length ?? 0) > 0),
    nothingToSwitch:
      target !== null && online.length > 0 && online.every((node) => node.revision === target)
  }
}
