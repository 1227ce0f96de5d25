// One of our programs under test: started, waited for, stopped, killed, started again.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { waitUntil } from './wait'

export const root = fileURLToPath(new URL('../../..', import.meta.url))
export const bin = resolve(root, process.env.SLIPWAY_BIN ?? 'build/dev/bin')

export class Program {
  port = 0
  private process?: ChildProcess
  private readonly log: string

  constructor(
    private readonly folder: string,
    private readonly name: string,
    private readonly env: NodeJS.ProcessEnv,
    private readonly argv: (port: number) => string[],
    private readonly ready: RegExp
  ) {
    this.log = join(folder, `${name}.log`)
  }

  /** Listens when this returns: on the port of the run before, if there was one. */
  async start(): Promise<void> {
    const log = openSync(this.log, 'a')
    const from = statSync(this.log).size
    const [program, ...words] = this.argv(this.port)
    const child = spawn(program, words, { cwd: this.folder, env: this.env, stdio: ['ignore', log, log] })
    closeSync(log)
    this.process = child
    const text = () => readFileSync(this.log).subarray(from).toString()
    const found = await waitUntil(() => {
      const match = this.ready.exec(text())
      if (!match && child.exitCode !== null) throw new Error(`${this.name} ended:\n${text()}`)
      return match
    }, () => `${this.name} to listen:\n${text()}`)
    this.port = Number(found[1])
  }

  /** SIGTERM as an administrator, SIGKILL as a crash. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.process
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
    const ended = new Promise((resolve) => child.once('exit', resolve))
    child.kill(signal)
    await ended
  }

  signal(name: 'SIGSTOP' | 'SIGCONT'): void {
    this.process?.kill(name)
  }

  output(): string {
    try {
      return readFileSync(this.log, 'utf8')
    } catch {
      return ''
    }
  }
}
