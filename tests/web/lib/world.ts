// A server, its agents and their repositories, alone on loopback and in a folder of their own.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { letIn, template } from './people'
import { Program, bin } from './program'
import { gitRepo, runner, svnRepo, type Repo, type Run } from './repos'
import { waitUntil } from './wait'

export interface Hooks {
  before_deploy?: string | string[]
  after_deploy?: string | string[]
}

export interface AppPlan {
  name: string
  repo: Repo
  /** Alias to the hooks of that node. Each has an agent named after it; apps share agents of the same name. */
  nodes: Record<string, Hooks>
  /** What the working copies stand on; the oldest revision unless said otherwise. */
  at?: string
  settings?: Record<string, unknown>
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'slipway-browser-'))
  readonly agents = new Map<string, Program>()
  readonly run: Run
  /** A test that wants svn+ssh addresses puts a program here. */
  readonly svnTunnel = join(this.folder, 'svn-tunnel')
  server!: Program
  private readonly env: NodeJS.ProcessEnv

  constructor() {
    const home = join(this.folder, 'home')
    mkdirSync(home)
    writeFileSync(join(home, '.gitconfig'), '[user]\nname = Ada\nemail = ada@example.org\n[gc]\nauto = 0\n')
    this.env = {
      HOME: home, PATH: process.env.PATH, LANG: 'C.UTF-8', TMPDIR: this.folder, GIT_CONFIG_NOSYSTEM: '1',
      SLIPWAY_TEST_BOX: this.folder, SVN_SSH: this.svnTunnel, ASAN_OPTIONS: `detect_leaks=0:log_path=${this.folder}/sanitizer`,
      UBSAN_OPTIONS: `print_stacktrace=1:log_path=${this.folder}/sanitizer`
    }
    this.run = runner(this.env)
  }

  /** git, with three commits. */
  shop(): Repo {
    const repo = gitRepo(this.run, this.folder)
    repo.commit('First version', { 'version.txt': '1\n', 'README': 'one\n' })
    repo.commit('支持优惠券', { 'version.txt': '2\n' })
    repo.commit('Make the page faster', { 'version.txt': '3\n' })
    return repo
  }

  /** svn, with three commits. */
  site(): Repo {
    const repo = svnRepo(this.run, this.folder)
    repo.commit('Import', { 'index.html': '<h1>1</h1>\n' })
    repo.commit('修正日期格式', { 'index.html': '<h1>2</h1>\n' })
    repo.commit('A better index', { 'index.html': '<h1>3</h1>\n' })
    return repo
  }

  async start(...apps: AppPlan[]): Promise<void> {
    const names = new Set(apps.flatMap((app) => Object.keys(app.nodes)))
    const key = this.run(join(bin, 'slipway-agent'), 'fingerprint', '--data', join(this.folder, 'server')).trim()
    await Promise.all([...names].map((name) => this.startAgent(name, key)))
    for (const app of apps) {
      for (const alias of Object.keys(app.nodes)) app.repo.copy(this.path(app.name, alias), app.at ?? app.repo.revisions[0], app.repo.url)
    }
    const config = {
      data_dir: join(this.folder, 'server'),
      apps: apps.map(({ name, repo, nodes, settings }) => ({
        name, type: repo.type, url: repo.url, ...(repo.type === 'git' ? { branch: 'main' } : {}), ...settings,
        node: Object.entries(nodes).map(([alias, hooks]) => ({
          alias, addr: `127.0.0.1:${this.agent(alias).port}`, path: this.path(name, alias), ...hooks
        }))
      }))
    }
    const file = this.configFile
    this.server = new Program(this.folder, 'server', this.env, (port) => {
      letIn(config.data_dir)
      writeFileSync(file, JSON.stringify({ listen_http: `127.0.0.1:${port}`, ...config }))
      return [join(bin, 'slipway-server'), '-c', file]
    }, /page and API on http:\/\/127\.0\.0\.1:(\d+)\//)
    await this.server.start()
  }

  private async startAgent(name: string, serverKey: string): Promise<void> {
    const data = join(this.folder, 'agents', name)
    const agent = new Program(this.folder, `agent-${name}`, this.env, (port) =>
      [join(bin, 'slipway-agent'), '-l', `127.0.0.1:${port}`, '--trust', serverKey, '--data', data], /listening on 127\.0\.0\.1:(\d+)/)
    this.agents.set(name, agent)
    await agent.start()
  }

  agent(name: string): Program {
    const agent = this.agents.get(name)
    if (!agent) throw new Error(`no agent ${name}`)
    return agent
  }

  get url(): string {
    return `http://127.0.0.1:${this.server.port}`
  }

  path(app: string, alias: string): string {
    return join(this.folder, 'www', alias, app)
  }

  read(app: string, alias: string, file: string): string {
    return readFileSync(join(this.path(app, alias), file), 'utf8')
  }

  write(app: string, alias: string, file: string, text: string): void {
    writeFileSync(join(this.path(app, alias), file), text)
  }

  /** A hook that waits until `open(gate)`. */
  waitFor(gate: string): string {
    return `until [ -e ${this.folder}/gate-${gate} ]; do sleep 0.05; done`
  }

  open(gate: string): void {
    writeFileSync(join(this.folder, `gate-${gate}`), '')
  }

  get credentials(): Record<string, string> {
    return { Authorization: `Bearer ${template().token}` }
  }

  /** Of the server, for its commands. */
  get configFile(): string {
    return join(this.folder, 'server.json')
  }

  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, { headers: this.credentials })
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** Without the page: starts a deployment; its id. */
  async deploy(app: string, body: Record<string, unknown> = { action: 'update' }): Promise<number> {
    const answer = await fetch(`${this.url}/api/v1/apps/${encodeURIComponent(app)}/deployments`, {
      method: 'POST', body: JSON.stringify(body), headers: { 'Content-Type': 'application/json', ...this.credentials }
    })
    if (answer.status !== 202) throw new Error(await answer.text())
    return ((await answer.json()) as { id: number }).id
  }

  async ended(id: number): Promise<string> {
    return waitUntil(async () => {
      const { state } = await this.get<{ state: string }>(`/deployments/${id}`)
      return ['queued', 'running'].includes(state) ? undefined : state
    }, () => `the end of deployment ${id}`)
  }

  /** Until every node is online and its working copy was read. */
  async ready(): Promise<void> {
    let last: unknown
    await waitUntil(async () => {
      const { apps } = await this.get<{ apps: { nodes: { revision: string | null }[] }[] }>('/apps')
      last = apps
      return apps.every((app) => app.nodes.every((node) => node.revision !== null))
    }, () => `all nodes: ${JSON.stringify(last)}`)
  }

  logs(): string {
    const programs = [this.server, ...this.agents.values()].filter(Boolean)
    return programs.map((program) => program.output().split('\n').slice(-40).join('\n')).join('\n---\n')
  }

  /** Ends everything; what a sanitizer had to say. */
  async close(): Promise<string> {
    await Promise.all([this.server, ...this.agents.values()].filter(Boolean).map((program) => program.end('SIGKILL')))
    await waitUntil(() => this.leftOver().every((pid) => { kill(pid); return false }), () => 'runners to end', 10_000)
    const reports = readdirSync(this.folder).filter((name) => name.startsWith('sanitizer.'))
      .map((name) => readFileSync(join(this.folder, name), 'utf8')).join('\n')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
    return /ERROR: \w*Sanitizer|runtime error/.test(reports) ? reports : ''
  }

  /** Runners and hooks outlive their agent on purpose: found by the mark in their environment or by where they are. */
  private leftOver(): number[] {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number).filter((pid) => {
      try {
        const place = readlinkSync(`/proc/${pid}/cwd`)
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
        return existsSync(`/proc/${pid}/exe`) &&
          (place.startsWith(this.folder) || environment.includes(`SLIPWAY_TEST_BOX=${this.folder}`))
      } catch {
        return false
      }
    })
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    return
  }
}
