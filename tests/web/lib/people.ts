// Who the tests are to the server: the admin "tester", whose account and API token are in a database that is made
// once for each test process, with the command line, and that every data directory gets a copy of.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bin } from './program'

export const password = 'correct horse battery'

interface Template {
  database: string
  token: string
}

let made: Template | undefined

export function serverCommand(config: string, words: string[], input = ''): string {
  return execFileSync(join(bin, 'slipway-server'), [...words, '-c', config], { input, encoding: 'utf8' })
}

export function template(): Template {
  if (made) return made
  const folder = mkdtempSync(join(tmpdir(), 'slipway-people-'))
  process.on('exit', () => { rmSync(folder, { recursive: true, force: true }) })
  const config = join(folder, 'server.json')
  writeFileSync(config, JSON.stringify({ data_dir: join(folder, 'data'), apps: [] }))
  serverCommand(config, ['user', 'add', 'tester', '--role', 'admin'], `${password}\n`)
  const token = serverCommand(config, ['api-token', 'create', 'tests', '--user', 'tester', '--role', 'admin']).trim()
  made = { database: join(folder, 'data/slipway.db'), token }
  return made
}

/** Puts the tester into a data directory that has no database yet. */
export function letIn(data: string): void {
  if (existsSync(join(data, 'slipway.db'))) return
  mkdirSync(data, { recursive: true })
  copyFileSync(template().database, join(data, 'slipway.db'))
}
