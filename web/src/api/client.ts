// One function per operation of docs/openapi.yaml. Each returns the answer or throws a Problem.
import { Problem } from './problem'
import type { AppList, CommitList, Deployment, DeploymentList, DeploymentRequest, LoginRequest, Session } from './types'

const base = '/api/v1'

// Milliseconds. The server answers from what it knows, except where it has to ask a node first.
const patience = 20_000
const patienceWithNodes = 75_000

export function getSession(): Promise<Session> {
  return request('GET', '/session')
}

export function logIn(body: LoginRequest): Promise<Session> {
  return exchangeInTime('POST', '/session', body, patience)
}

export function logOut(): Promise<{ ended: true }> {
  return request('DELETE', '/session')
}

// One for all requests that find out at the same time that the session's token is over.
let renewal: Promise<Session> | undefined

export function renewSession(): Promise<Session> {
  renewal ??= exchangeInTime<Session>('POST', '/session/renewal', undefined, patience).finally(() => {
    renewal = undefined
  })
  return renewal
}

let signedOut: () => void = () => undefined

/** Called when the server knows nobody behind this page any more. */
export function onSignedOut(listener: () => void): void {
  signedOut = listener
}

export function listApps(): Promise<AppList> {
  return request('GET', '/apps')
}

export function listCommits(app: string, page: { limit?: number; before?: string } = {}): Promise<CommitList> {
  return request('GET', `/apps/${encodeURIComponent(app)}/commits${query(page)}`, undefined, patienceWithNodes)
}

export function createDeployment(app: string, body: DeploymentRequest): Promise<Deployment> {
  return request('POST', `/apps/${encodeURIComponent(app)}/deployments`, body, patienceWithNodes)
}

export function listDeployments(
  page: { app?: string; limit?: number; before?: number } = {}
): Promise<DeploymentList> {
  return request('GET', `/deployments${query(page)}`)
}

export function getDeployment(id: number): Promise<Deployment> {
  return request('GET', `/deployments/${String(id)}`)
}

export function cancelDeployment(id: number): Promise<Deployment> {
  return request('POST', `/deployments/${String(id)}/cancel`)
}

export function continueDeployment(id: number): Promise<Deployment> {
  return request('POST', `/deployments/${String(id)}/continue`)
}

export function retryDeployment(id: number): Promise<Deployment> {
  return request('POST', `/deployments/${String(id)}/retry`)
}

export function outputUrl(id: number, alias: string): string {
  return `${base}/deployments/${String(id)}/nodes/${encodeURIComponent(alias)}/output`
}

export function eventsUrl(lastEventId: number): string {
  return `${base}/events${query({ last_event_id: lastEventId })}`
}

export function deploymentEventsUrl(id: number, lastEventId?: number): string {
  return `${base}/deployments/${String(id)}/events${query({ last_event_id: lastEventId })}`
}

function query(values: Record<string, string | number | undefined>): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(values)) {
    if (value !== undefined) params.set(key, String(value))
  }
  const text = params.toString()
  return text === '' ? '' : `?${text}`
}

const isUnauthorized = (error: unknown): boolean => error instanceof Problem && error.status === 401

/** Renews the session once if it is over, and asks again. */
async function request<T>(method: string, path: string, body?: unknown, limit = patience): Promise<T> {
  try {
    return await exchangeInTime<T>(method, path, body, limit)
  } catch (error) {
    if (!isUnauthorized(error)) throw error
  }
  try {
    await renewSession()
    return await exchangeInTime<T>(method, path, body, limit)
  } catch (error) {
    if (isUnauthorized(error)) signedOut()
    throw error
  }
}

async function exchangeInTime<T>(method: string, path: string, body: unknown, limit: number): Promise<T> {
  const late = AbortSignal.timeout(limit)
  try {
    return await exchange<T>(method, path, body, late)
  } catch (error) {
    throw late.aborted ? Problem.late(limit) : error
  }
}

async function exchange<T>(method: string, path: string, body: unknown, signal: AbortSignal): Promise<T> {
  const response = await send(method, path, body, signal)
  if (!response.ok) throw await Problem.fromResponse(response)
  try {
    return (await response.json()) as T
  } catch {
    throw new Problem('unexpected', response.status, `${method} ${base}${path}`)
  }
}

async function send(method: string, path: string, body: unknown, signal: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' }
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(base + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal
    })
  } catch (error) {
    throw Problem.unreachable(error)
  }
}
