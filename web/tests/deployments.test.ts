import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, expect, it, vi } from 'vitest'
import * as api from '../src/api/client'
import type { Deployment } from '../src/api/types'
import { useDeployments } from '../src/stores/deployments'
import { deployment, deploymentNode } from './samples'

vi.mock('../src/api/client')

beforeEach(() => { setActivePinia(createPinia()) })

function pendingAnswer() {
  let answer: (value: Deployment) => void = () => undefined
  vi.mocked(api.getDeployment).mockReturnValue(new Promise((resolve) => { answer = resolve }))
  return (value: Deployment) => { answer(value) }
}

it('applies an event that overtook the answer on top of it', async () => {
  const answer = pendingAnswer()
  const store = useDeployments()
  const loading = store.load(7)
  store.onNode({ deployment_id: 7, app: 'shop', node: deploymentNode({ state: 'succeeded' }) })
  answer(deployment())
  await loading
  expect(store.byId.get(7)?.nodes[0]?.state).toBe('succeeded')
})

it('fetches a deployment that another person started, once', async () => {
  const answer = pendingAnswer()
  vi.mocked(api.getDeployment).mockClear()
  const store = useDeployments()
  store.onDeployment({ deployment: deployment() })
  store.onDeployment({ deployment: deployment({ state: 'cancelled' }) })
  expect(api.getDeployment).toHaveBeenCalledTimes(1)
  answer(deployment())
  await vi.waitFor(() => { expect(store.byId.get(7)?.state).toBe('cancelled') })
})
