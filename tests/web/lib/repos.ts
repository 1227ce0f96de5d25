// Real repositories with some history, and the working copies of the nodes.
import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Repo {
  type: 'git' | 'svn'
  url: string
  /** Oldest first. */
  revisions: string[]
  commit: (subject: string, files: Record<string, string>) => string
  /** A working copy at one of its revisions, from the address that the configuration gives. */
  copy: (path: string, revision: string, url: string) => void
}

export type Run = (program: string, ...words: string[]) => string

export function runner(env: NodeJS.ProcessEnv): Run {
  return (program, ...words) => execFileSync(program, words, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
}

const people = ['Ada', '李雷', 'Grace']

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
}

export function gitRepo(run: Run, folder: string): Repo {
  const bare = join(folder, 'shop.git')
  const work = join(folder, 'git-work')
  run('git', 'init', '-q', '--bare', '--initial-branch=main', bare)
  run('git', 'clone', '-q', bare, work)
  run('git', '-C', work, 'checkout', '-q', '-B', 'main')
  const revisions: string[] = []
  const commit = (subject: string, files: Record<string, string>): string => {
    const name = people[revisions.length % people.length]
    write(work, files)
    run('git', '-C', work, 'add', '.')
    run('git', '-C', work, '-c', `user.name=${name}`, 'commit', '-qm', subject)
    run('git', '-C', work, 'push', '-q', 'origin', 'main')
    revisions.push(run('git', '-C', work, 'rev-parse', 'HEAD').trim())
    return revisions.at(-1)!
  }
  const copy = (path: string, revision: string, url: string): void => {
    run('git', 'clone', '-q', url, path)
    run('git', '-C', path, 'reset', '-q', '--hard', revision)
  }
  return { type: 'git', url: `file://${bare}`, revisions, commit, copy }
}

export function svnRepo(run: Run, folder: string): Repo {
  const place = join(folder, 'svn-site')
  const work = join(folder, 'svn-work')
  const url = `file://${place}`
  run('svnadmin', 'create', place)
  run('svn', 'checkout', '-q', url, work)
  const revisions: string[] = []
  const commit = (subject: string, files: Record<string, string>): string => {
    write(work, files)
    run('svn', 'add', '-q', '--force', work)
    run('svn', 'commit', '-q', '-m', subject, '--username', people[revisions.length % people.length], work)
    revisions.push(String(revisions.length + 1))
    return revisions.at(-1)!
  }
  const copy = (path: string, revision: string, from: string): void => {
    mkdirSync(path, { recursive: true })
    run('svn', 'checkout', '-q', '-r', revision, from, path)
  }
  return { type: 'svn', url, revisions, commit, copy }
}
