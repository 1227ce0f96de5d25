import type { Page } from '@playwright/test'
import { card, nodeLine } from './lib/parts'
import { password, serverCommand } from './lib/people'
import { expect, expectNoSidewaysOverflow, inBothLanguages, screenshot, test } from './lib/test'
import type { Words } from './lib/words'

/** What a command has just made is known to the server within a second. */
async function logIn(page: Page, say: Words, name: string): Promise<void> {
  const form = page.getByRole('form', { name: say.logIn })
  await expect(async () => {
    if (await form.isVisible()) {
      await form.getByLabel(say.name).fill(name, { timeout: 2000 })
      await form.getByLabel(say.password).fill(password, { timeout: 2000 })
      await form.getByRole('button', { name: say.logIn }).click({ timeout: 2000 })
    }
    await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible({ timeout: 5000 })
  }).toPass()
}

// What the browser itself writes to the console for an answer that the page expects.
const refused = /status of 401/

inBothLanguages(() => {
  test.use({ allowed: [refused] })

  test('whoever is not known logs in where he was, and out again', async ({ world, context, say, locale }) => {
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
    await world.ready()
    const id = await world.deploy('shop')
    const page = await context.newPage()
    await page.goto(`${world.url}/deployments/${id}`)
    const form = page.getByRole('form', { name: say.logIn })
    await expect(form).toBeVisible()
    await expectNoSidewaysOverflow(page)
    await screenshot(page, `login-${locale}`)
    await form.getByLabel(say.name).fill('tester')
    await form.getByLabel(say.password).fill('not this one')
    await form.getByRole('button', { name: say.logIn }).click()
    await expect(form.getByRole('alert')).toContainText('the name or the password is wrong')
    await form.getByLabel(say.password).fill(password)
    await form.getByRole('button', { name: say.logIn }).click()
    await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
    await expect(page).toHaveURL(new RegExp(`/deployments/${id}$`))
    await expect(page.getByRole('banner')).toContainText('tester')
    expect(await page.evaluate(() => document.cookie)).toBe('')
    await page.reload()
    await expect(page.getByRole('status').filter({ hasText: say.live })).toBeVisible()
    await page.getByRole('button', { name: say.logOut }).click()
    await expect(form).toBeVisible()
    await page.goto(world.url)
    await expect(form).toBeVisible()
  })
})

test.describe('of the people', () => {
  test.use({ allowed: [refused] })

  test('a viewer is offered nothing that changes anything', async ({ world, context, say }) => {
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
    await world.ready()
    serverCommand(world.configFile, ['user', 'add', 'vera', '--role', 'viewer'], `${password}\n`)
    const page = await context.newPage()
    await page.goto(world.url)
    await logIn(page, say, 'vera')
    await expect(nodeLine(page, 'shop', 'api-1')).toBeVisible()
    await expect(card(page, 'shop').getByRole('button', { name: say.update })).toHaveCount(0)
    await world.ended(await world.deploy('shop'))
    await expect(card(page, 'shop')).toContainText(say.succeeded)
  })

  test('who is disabled is shown the form, and goes on where he was', async ({ world, context, say }) => {
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
    await world.ready()
    serverCommand(world.configFile, ['user', 'add', 'dora', '--role', 'deployer'], `${password}\n`)
    const page = await context.newPage()
    const form = page.getByRole('form', { name: say.logIn })
    await page.goto(`${world.url}/deployments`)
    await logIn(page, say, 'dora')
    serverCommand(world.configFile, ['user', 'disable', 'dora'])
    await expect(form.getByRole('alert')).toContainText(say.sessionEnded)
    serverCommand(world.configFile, ['user', 'enable', 'dora'])
    await logIn(page, say, 'dora')
    await expect(page).toHaveURL(/\/deployments$/)
  })
})
