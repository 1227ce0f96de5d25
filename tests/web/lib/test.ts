// What every test gets: a world of its own, and pages that are watched for what must never happen.
import { test as base, expect, type BrowserContext, type Page } from '@playwright/test'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './program'
import { words, type Words } from './words'
import { World } from './world'

export { expect }

interface Fixtures {
  world: World
  /** The words of the page in the language of the browser. */
  say: Words
  /** What the console may say in this test although it is an error, for example while the server is killed. */
  allowed: RegExp[]
  watched: undefined
  /** Opens the page at a path, known as the tester by a token, and waits until it is live. */
  visit: (path?: string) => Promise<Page>
}

export const test = base.extend<Fixtures>({
  world: async ({}, use, info) => {
    const world = new World()
    try {
      await use(world)
    } finally {
      if (info.status !== info.expectedStatus) console.log(world.logs())
      const reports = await world.close()
      expect(reports, 'what the sanitizers reported').toBe('')
    }
  },
  say: async ({ locale }, use) => { await use(words[locale === 'zh-CN' ? 'zh' : 'en']) },
  allowed: async ({}, use) => { await use([]) },
  watched: [async ({ context, world, allowed }, use) => {
    const wrong = await watch(context, () => world.url)
    await use(undefined)
    expect(wrong.filter((line) => !allowed.some((pattern) => pattern.test(line)))).toEqual([])
  }, { auto: true }],
  visit: async ({ context, world, say }, use) => {
    await use(async (path = '/') => {
      await context.setExtraHTTPHeaders(world.credentials)
      const page = await context.newPage()
      await page.goto(world.url + path)
      await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
      return page
    })
  }
})

/** Errors of the console, of scripts, of the content security policy, and requests to anyone but the server. */
async function watch(context: BrowserContext, origin: () => string): Promise<string[]> {
  const wrong: string[] = []
  await context.addInitScript(() => {
    addEventListener('securitypolicyviolation', (event) => {
      console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)
    })
  })
  context.on('console', (message) => { if (message.type() === 'error') wrong.push(`console: ${message.text()}`) })
  context.on('weberror', (error) => { wrong.push(`script: ${error.error().stack ?? error.error().message}`) })
  context.on('request', (request) => {
    if (!request.url().startsWith(`${origin()}/`)) wrong.push(`request: ${request.url()}`)
  })
  return wrong
}

/** For people to look at, in build/screenshots. */
export async function screenshot(page: Page, name: string, fullPage = true): Promise<void> {
  const folder = join(root, 'build/screenshots')
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage, animations: 'disabled' })
}

export async function expectNoSidewaysOverflow(page: Page): Promise<void> {
  const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  expect(wider, 'pixels that the page is wider than the screen').toBeLessThanOrEqual(0)
}

/** The same tests once for each language. */
export function inBothLanguages(tests: () => void): void {
  for (const [name, locale] of [['English', 'en-US'], ['Chinese', 'zh-CN']]) {
    test.describe(name, () => {
      test.use({ locale })
      tests()
    })
  }
}
