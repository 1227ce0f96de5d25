// Every deployment that this tab has heard of. An answer can be older than an event that arrived while
// it was on its way; so events are kept while requests run, and applied again on top of each answer.
import { defineStore } from 'pinia'
import { ref } from 'vue'
import * as api from '../api/client'
import type { Deployment, DeploymentEvent, DeploymentNodeEvent, DeploymentRequest } from '../api/types'
import { isUnderWay } from '../lib/states'
import { withDeploymentNode, withSummary } from './reduce'

interface Change {
  id: number
  apply: (deployment: Deployment) => Deployment
}

export const useDeployments = defineStore('deployments', () => {
  const byId = ref(new Map<number, Deployment>())
  const loading = new Set<number>()
  let requests = 0
  let meanwhile: Change[] = []

  async function fetched<T>(request: Promise<T>, deploymentsOf: (answer: T) => Deployment[]): Promise<T> {
    requests++
    try {
      const answer = await request
      deploymentsOf(answer).forEach(put)
      return answer
    } finally {
      requests--
      if (requests === 0) meanwhile = []
    }
  }

  function put(deployment: Deployment): void {
    const changes = meanwhile.filter((change) => change.id === deployment.id)
    byId.value.set(deployment.id, changes.reduce((value, change) => change.apply(value), deployment))
  }

  function page(query: { app?: string; limit?: number; before?: number }) {
    return fetched(api.listDeployments(query), (answer) => answer.deployments)
  }

  const one = (answer: Deployment) => [answer]
  const load = (id: number) => fetched(api.getDeployment(id), one)
  const create = (app: string, body: DeploymentRequest) => fetched(api.createDeployment(app, body), one)
  const cancel = (id: number) => fetched(api.cancelDeployment(id), one)
  const retry = (id: number) => fetched(api.retryDeployment(id), one)
  const goOn = (id: number) => fetched(api.continueDeployment(id), one)

  /** Brings everything that can still change up to date, after a gap in the events. */
  async function refresh(underWay: number[]): Promise<void> {
    const recent = await page({ limit: 50 })
    const fresh = new Set(recent.deployments.map((deployment) => deployment.id))
    const live = [...byId.value.values()].filter((deployment) => isUnderWay(deployment.state))
    const wanted = new Set([...underWay, ...live.map((deployment) => deployment.id)])
    await Promise.all([...wanted].filter((id) => !fresh.has(id)).map(load))
  }

  function change(id: number, apply: Change['apply']): void {
    if (requests > 0) meanwhile.push({ id, apply })
    const known = byId.value.get(id)
    if (known) byId.value.set(id, apply(known))
    else loadUnknown(id)
  }

  function forget(): void {
    byId.value.clear()
  }

  // The events of a deployment that another person started tell of one node at a time: get it whole.
  function loadUnknown(id: number): void {
    if (loading.has(id)) return
    loading.add(id)
    load(id).catch(() => undefined).finally(() => loading.delete(id))
  }

  function onDeployment(event: DeploymentEvent): void {
    change(event.deployment.id, (deployment) => withSummary(deployment, event.deployment))
  }

  function onNode(event: DeploymentNodeEvent): void {
    change(event.deployment_id, (deployment) => withDeploymentNode(deployment, event.node))
  }

  return { byId, page, load, create, cancel, retry, goOn, refresh, forget, onDeployment, onNode }
})
