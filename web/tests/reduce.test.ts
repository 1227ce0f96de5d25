import { describe, expect, it } from 'vitest'
import { withDeployment, withDeploymentNode, withNode, withSummary } from '../src/stores/reduce'
import { app, deployment, deploymentNode, node } from './samples'

describe('events', () => {
  it('replace the node of that alias and leave the others', () => {
    const before = app({ nodes: [node(), node({ alias: 'api-2' })] })
    const after = withNode(before, node({ online: false, reason: 'gone' }))
    expect(after.nodes.map((item) => [item.alias, item.online])).toEqual([['api-1', false], ['api-2', true]])
    expect(before.nodes[0]?.online).toBe(true)
  })

  it('set the running and the last deployment while one runs', () => {
    expect(withDeployment(app({ last_deployment: 3 }), deployment())).toMatchObject({
      running_deployment: 7, last_deployment: 7
    })
  })

  it('clear the running deployment when it ends, but not when another one does', () => {
    const running = app({ running_deployment: 7, last_deployment: 7 })
    expect(withDeployment(running, deployment({ state: 'partial' })).running_deployment).toBeNull()
    const older = withDeployment(running, deployment({ id: 5, state: 'cancelled' }))
    expect(older).toMatchObject({ running_deployment: 7, last_deployment: 7 })
  })

  it('update a deployment without losing its nodes', () => {
    const { nodes, ...summary } = deployment({ state: 'failed' })
    const after = withSummary(deployment(), summary)
    expect(after.state).toBe('failed')
    expect(after.nodes).toEqual(nodes)
  })

  it('may be applied twice', () => {
    const event = deploymentNode({ alias: 'api-9', state: 'running' })
    const once = withDeploymentNode(deployment(), event)
    expect(withDeploymentNode(once, event)).toEqual(once)
    expect(once.nodes.map((item) => item.alias)).toEqual(['api-1', 'api-9'])
  })
})
