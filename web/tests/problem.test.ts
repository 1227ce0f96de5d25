import { afterEach, expect, it, vi } from 'vitest'
import { createDeployment, deploymentEventsUrl, getDeployment, listCommits, outputUrl } from '../src/api/client'
import { Problem } from '../src/api/problem'

afterEach(() => { vi.unstubAllGlobals() })

function answerWith(body: string, status: number) {
  const fetch = vi.fn(() => Promise.resolve(new Response(body, { status, statusText: 'Reason' })))
  vi.stubGlobal('fetch', fetch)
  return fetch
}

async function problemOf(request: Promise<unknown>): Promise<Problem> {
  const error: unknown = await request.then(() => undefined, (reason: unknown) => reason)
  expect(error).toBeInstanceOf(Problem)
  return error as Problem
}

it('keeps the detail of a problem document verbatim', async () => {
  const detail = 'Deployment 5 of shop runs since 10:02; wait or cancel it.'
  answerWith(JSON.stringify({ type: '/problems/busy', title: 'Busy', status: 409, detail }), 409)
  const problem = await problemOf(createDeployment('shop', { action: 'update' }))
  expect(problem).toMatchObject({ kind: 'server', status: 409, detail, type: '/problems/busy' })
})

it('says what a proxy answered when there is no problem document', async () => {
  answerWith('<html>Bad gateway</html>', 502)
  expect(await problemOf(listCommits('shop'))).toMatchObject({ kind: 'unexpected', detail: '502 Reason' })
})

it('takes a success that is not JSON for a problem', async () => {
  answerWith('<html>', 200)
  expect(await problemOf(listCommits('shop'))).toMatchObject({ kind: 'unexpected' })
})

it('gives up on a server that does not answer, and says after which time', async () => {
  const aborted = AbortSignal.abort()
  vi.stubGlobal('AbortSignal', { timeout: () => aborted })
  vi.stubGlobal('fetch', (_: string, { signal }: RequestInit) => Promise.reject(signal?.reason as Error))
  expect(await problemOf(getDeployment(1))).toMatchObject({ kind: 'late', detail: '20' })
  expect(await problemOf(listCommits('shop'))).toMatchObject({ kind: 'late', detail: '75' })
})

it('tells an unreachable server from one that refuses', async () => {
  vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')))
  expect(await problemOf(listCommits('shop'))).toMatchObject({ kind: 'unreachable', status: 0 })
})

it('escapes names and leaves out what is not set', async () => {
  const fetch = answerWith('{}', 200)
  await listCommits('后台/管理', { limit: 20, before: undefined })
  expect(fetch).toHaveBeenCalledWith(
    `/api/v1/apps/${encodeURIComponent('后台/管理')}/commits?limit=20`,
    expect.objectContaining({ method: 'GET' })
  )
  expect(outputUrl(3, 'a b')).toBe('/api/v1/deployments/3/nodes/a%20b/output')
  expect(deploymentEventsUrl(3)).toBe('/api/v1/deployments/3/events')
})
