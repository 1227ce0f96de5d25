import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { card, head, nodeLine, nodePanel, outputOf, short, update } from './lib/parts'
import { password } from './lib/people'
import { expect, inBothLanguages, screenshot, test } from './lib/test'

// What the browser itself writes to the console while there is nobody to connect to.
const noServer = /net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|INCOMPLETE_CHUNKED_ENCODING|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED)/

test('a late visitor of a deployment sees the same output as the first', async ({ world, visit, say }) => {
  const hook = { before_deploy: `for i in 1 2 3; do echo "line $i"; echo "word $i" >&2; done; ${world.waitFor('go')}`, after_deploy: 'printf "中文 without end"' }
  await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': hook } })
  await world.ready()
  const first = await visit()
  await update(first, say, 'shop', 1)
  await expect(outputOf(first, say, 'api-1')).toContainText('word 3')
  const second = await visit('/deployments/1')
  await expect(outputOf(second, say, 'api-1')).toContainText('word 3')
  world.open('go')
  await expect(head(first)).toHaveText(say.succeeded)
  await expect(outputOf(first, say, 'api-1')).toContainText('中文 without end')
  const third = await visit('/deployments/1')
  await expect(outputOf(third, say, 'api-1')).toContainText('中文 without end')
  const seen = await outputOf(first, say, 'api-1').innerText()
  expect(seen.match(/line 2/g)).toHaveLength(1)
  for (const page of [second, third]) await expect.poll(() => outputOf(page, say, 'api-1').innerText()).toBe(seen)
})

test('of very long output the page keeps the end, says how much is missing, and offers all of it', async ({ world, context, visit, say }) => {
  const hook = { after_deploy: 'seq -f "line %.0f" 10000' }
  await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': hook } })
  await world.ready()
  const page = await visit()
  await update(page, say, 'shop', 1)
  await expect(head(page)).toHaveText(say.succeeded)
  await expect(outputOf(page, say, 'api-1')).toContainText('line 10000')
  expect(await page.locator('.line').count()).toBeLessThan(200)
  await outputOf(page, say, 'api-1').evaluate((element) => { element.scrollTop = 0 })
  await expect(outputOf(page, say, 'api-1')).not.toContainText('line 10000')
  await expect(nodePanel(page, 'api-1')).toContainText(/[\d,]+ earlier lines are not shown here/)
  // The browser downloads with its cookies; a test's own headers do not go along.
  const logIn = await context.request.post(`${world.url}/api/v1/session`, { data: { name: 'tester', password }, headers: { Origin: world.url } })
  expect(logIn.ok(), await logIn.text()).toBe(true)
  const [raw] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download raw' }).click()])
  expect(raw.suggestedFilename()).toBe('deployment-1-api-1.log')
  expect(readFileSync(await raw.path(), 'utf8').match(/^line \d+$/gm)).toHaveLength(10_000)
})

inBothLanguages(() => {
  test.use({ allowed: [noServer] })

  test('a killed server is told, and after its start the running deployment goes on to its end in the page', async ({ world, visit, say, locale }) => {
    const hook = { before_deploy: `echo before; ${world.waitFor('go')}; echo behind` }
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': hook } })
    await world.ready()
    const page = await visit()
    await update(page, say, 'shop', 1)
    await expect(outputOf(page, say, 'api-1')).toContainText('before')
    const overview = await visit()
    await world.server.end('SIGKILL')
    await expect(page.getByRole('alert').filter({ hasText: say.banner })).toBeVisible()
    await expect(page.getByRole('alert').filter({ hasText: say.lostOutput })).toBeVisible()
    await expect(page.getByText(say.lost, { exact: true })).toBeVisible()
    await expect(page.getByRole('button', { name: say.cancel })).toBeDisabled()
    await expect(overview.getByRole('alert').filter({ hasText: say.banner })).toBeVisible()
    await screenshot(page, `lost-${locale}`)
    await world.server.start()
    await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
    await expect(page.getByRole('alert')).toHaveCount(0)
    await expect(head(page)).toHaveText(say.running)
    world.open('go')
    await expect(head(page)).toHaveText(say.succeeded)
    await expect(outputOf(page, say, 'api-1')).toContainText('behind')
    expect((await outputOf(page, say, 'api-1').innerText()).match(/^.*before$/gm)).toHaveLength(1)
    await expect(card(overview, 'shop')).toContainText(say.succeeded)
  })
})

test('a server that is silent for 45 seconds is taken for lost, and found again', async ({ world, visit, say }) => {
  await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
  await world.ready()
  const page = await visit('/nowhere')
  await page.clock.install()
  await page.goto(world.url)
  await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
  world.server.signal('SIGSTOP')
  await page.clock.fastForward(40_000)
  await expect(page.getByText(say.lost, { exact: true })).toHaveCount(0)
  await page.clock.fastForward(10_000)
  await expect(page.getByRole('alert').filter({ hasText: say.banner })).toBeVisible()
  world.server.signal('SIGCONT')
  await page.clock.fastForward(5000)
  await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
})

test.describe('with a server that comes back without its database', () => {
  test.use({ allowed: [noServer] })

  test('the page forgets what it knew and shows what is true now', async ({ world, visit, say }) => {
    const shop = world.shop()
    await world.start({ name: 'shop', repo: shop, nodes: { 'api-1': {} } })
    await world.ready()
    const page = await visit()
    await world.ended(await world.deploy('shop'))
    await expect(card(page, 'shop')).toContainText(say.succeeded)
    await world.server.end('SIGKILL')
    // With its key, so that the agents still know it.
    for (const left of ['slipway.db', 'slipway.db-wal', 'slipway.db-shm', 'output']) {
      rmSync(join(world.folder, 'server', left), { recursive: true, force: true })
    }
    await world.server.start()
    await expect(card(page, 'shop')).toContainText(say.never)
    await expect(nodeLine(page, 'shop', 'api-1')).toContainText(short(shop.revisions[2]))
    await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
  })
})
