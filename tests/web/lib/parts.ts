// The parts of the page that tests point at.
import { expect, type Locator, type Page } from '@playwright/test'
import type { Words } from './words'

export const card = (page: Page, app: string): Locator => page.getByRole('article', { name: app, exact: true })

/** The line of a node in the card of its app. */
export const nodeLine = (page: Page, app: string, alias: string): Locator =>
  card(page, app).getByRole('listitem').filter({ hasText: alias })

/** A node's panel on the page of a deployment. */
export const nodePanel = (page: Page, alias: string): Locator => page.getByRole('region', { name: alias, exact: true })

/** The steps of one way of a node that goes back. */
export const stepsOf = (page: Page, alias: string, way: string): Locator =>
  nodePanel(page, alias).getByRole('list', { name: way, exact: true })

/** What waits in an app. */
export const queueOf = (page: Page, say: Words, app: string): Locator =>
  card(page, app).getByRole('list', { name: say.queueOf(app), exact: true })

export const outputOf = (page: Page, say: Words, alias: string): Locator =>
  page.getByRole('log', { name: say.outputOf(alias), exact: true })

export const head = (page: Page): Locator => page.getByRole('main').getByRole('status')

export const short = (revision: string): string => (revision.length === 40 ? revision.slice(0, 8) : revision)

export async function press(page: Page, app: string, button: string): Promise<Locator> {
  await card(page, app).getByRole('button', { name: button, exact: true }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog).toBeVisible()
  return dialog
}

/** Update, confirmed; on the page of the deployment when this returns. */
export async function update(page: Page, say: Words, app: string, nodes: number): Promise<void> {
  const dialog = await press(page, app, say.update)
  await dialog.getByRole('button', { name: say.updateNodes(nodes) }).click()
  await expect(page).toHaveURL(/\/deployments\/\d+$/)
}

export async function choose(page: Page, app: string, revision: string): Promise<Locator> {
  await card(page, app).getByRole('combobox').click()
  const option = page.getByRole('option').filter({ has: page.getByText(short(revision), { exact: true }) })
  await expect(option).toBeVisible()
  return option
}
