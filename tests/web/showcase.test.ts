// What the page looks like with real life in it: the pictures of the READMEs are these screenshots, copied to
// docs/images when the page has changed.
import { writeFileSync } from 'node:fs'
import { card, head, nodeLine, outputOf } from './lib/parts'
import type { Repo } from './lib/repos'
import { expect, expectNoSidewaysOverflow, inBothLanguages, screenshot, test } from './lib/test'
import type { World } from './lib/world'

/** The repositories under addresses as people have them: git rewrites its own, svn has a tunnel to its server. */
function named(world: World, repo: Repo, url: string): Repo {
  if (repo.type === 'git') world.run('git', 'config', '--global', '--add', `url.${repo.url}.insteadOf`, url)
  else writeFileSync(world.svnTunnel, `#!/bin/sh\nexec svnserve -t -r ${world.folder}\n`, { mode: 0o755 })
  return { ...repo, url }
}

async function liveFleet(world: World): Promise<void> {
  const shop = world.shop()
  const site = world.site()
  const hooks = {
    before_deploy: 'sh maintenance on',
    after_deploy: ['make install', world.waitFor('$SLIPWAY_NODE'), 'sh maintenance off']
  }
  const version = (number: number) => ({
    'version.txt': `${number}\n`,
    'maintenance': 'echo "$SLIPWAY_NODE: maintenance page $1"\n',
    'Makefile': 'install:\n\t@for part in cart prices search; do echo "  CC    $$part.c"; done\n\t@echo "  LINK  shop $$(cat version.txt)"\n\t@echo "warning: 2 deprecated settings in shop.conf" >&2\n\t@printf "\\033[32m  OK    12 checks passed\\033[0m\\n"\n'
  })
  shop.commit('Add a cart', version(4))
  shop.commit('Show prices with tax', version(5))
  const broken = { after_deploy: 'echo "index.html: checksum differs" >&2; exit 1' }
  await world.start(
    { name: 'shop', repo: named(world, shop, 'https://git.example.com/shop.git'), nodes: { 'shop-1': hooks, 'shop-2': hooks, 'shop-3': hooks }, at: shop.revisions[3] },
    { name: '官网', repo: named(world, site, 'svn+ssh://svn.example.com/svn-site'), nodes: { 'shop-1': {}, 'web-1': broken } },
    { name: 'billing', repo: named(world, shop, 'git@git.example.com:billing.git'), nodes: { 'pay-1': {}, 'pay-2': {}, 'pay-3': {} }, at: shop.revisions[3] },
    { name: 'reports', repo: named(world, shop, 'https://git.example.com/reports.git'), nodes: { 'shop-3': {} }, at: shop.revisions[4] }
  )
  await world.ready()
  world.write('reports', 'shop-3', 'README', 'edited on the host\n')
  await world.ended(await world.deploy('官网'))
  await world.ended(await world.deploy('reports', { action: 'update', note: 'first of the month' }))
  await world.agent('pay-3').end('SIGTERM')
  await world.ended(await world.deploy('billing', { action: 'rollback', revision: shop.revisions[2], note: '价格错误' }))
}

inBothLanguages(() => {
  test('a fleet in good, mixed and running states, light and dark', async ({ world, visit, say, locale }) => {
    await liveFleet(world)
    await world.deploy('shop', { action: 'update', note: 'prices with tax, ticket 4711' })
    const page = await visit()
    await page.setViewportSize({ width: 1280, height: 720 })
    await expect(nodeLine(page, 'billing', 'pay-3')).toContainText(say.offline)
    await expect(card(page, 'billing')).toContainText(say.partial)
    await expect(card(page, 'reports')).toContainText(say.changedLocally)
    await expect(card(page, '官网')).toContainText(say.partial)
    world.open('shop-1')
    await expect(card(page, 'shop')).toContainText(say.done(1, 3))
    await screenshot(page, `overview-${locale}`)

    const deployment = await visit('/deployments/4')
    await expect(outputOf(deployment, say, 'shop-1')).toContainText('maintenance page off')
    for (const alias of ['shop-2', 'shop-3']) await expect(outputOf(deployment, say, alias)).toContainText('12 checks passed')
    await screenshot(deployment, `deployment-${locale}`)
    for (const one of [page, deployment]) await one.emulateMedia({ colorScheme: 'dark' })
    await expect(page.locator('body')).not.toHaveCSS('background-color', 'rgb(244, 246, 248)')
    await screenshot(page, `overview-dark-${locale}`)
    await screenshot(deployment, `deployment-dark-${locale}`)

    world.open('shop-2')
    world.open('shop-3')
    await expect(head(deployment)).toHaveText(say.succeeded)
    await expect(card(page, 'shop')).toContainText(say.succeeded)
    await deployment.goto(`${world.url}/deployments`)
    await expect(deployment.getByRole('row')).toHaveCount(5)
    await screenshot(deployment, `deployments-dark-${locale}`)
    await deployment.emulateMedia({ colorScheme: 'light' })
    await screenshot(deployment, `deployments-${locale}`)
    await page.setViewportSize({ width: 360, height: 740 })
    await expectNoSidewaysOverflow(page)
    await screenshot(page, `phone-overview-dark-${locale}`)
  })
})
