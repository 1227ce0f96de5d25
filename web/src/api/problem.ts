// What went wrong with a request. `detail` is the server's own sentence and is shown as it is.
// `kind` tells the cases in which there is no such sentence, because no Slipway server answered.

export type ProblemKind = 'server' | 'unreachable' | 'late' | 'unexpected'

export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    readonly status: number,
    readonly detail: string,
    readonly type = ''
  ) {
    super(detail)
    this.name = 'Problem'
  }

  static unreachable(cause: unknown): Problem {
    return new Problem('unreachable', 0, cause instanceof Error ? cause.message : String(cause))
  }

  /** No answer, or not all of it, within this time. */
  static late(limit: number): Problem {
    return new Problem('late', 0, String(limit / 1000))
  }

  /** Reads a failed answer. A proxy in between may have written something else than a problem document. */
  static async fromResponse(response: Response): Promise<Problem> {
    const text = await response.text().catch(() => '')
    const document = parseObject(text)
    if (typeof document?.detail === 'string' && document.detail !== '') {
      return new Problem('server', response.status, document.detail, String(document.type ?? ''))
    }
    const status = `${String(response.status)} ${response.statusText}`.trim()
    return new Problem('unexpected', response.status, status)
  }

  static from(error: unknown): Problem {
    return error instanceof Problem ? error : Problem.unreachable(error)
  }
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}
