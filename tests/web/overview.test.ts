import { card, choose, nodeLine, short } from './lib/parts'
import { expect, expectNoSidewaysOverflow, inBothLanguages, screenshot, test } from './lib/test'
import { words } from './lib/words'

inBothLanguages(() => {
  test('A frozen app says why and offers no deployment until it is not', async ({ world, visit, say, locale }) => {
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
    await world.ready()
    const page = await visit()
    const button = card(page, 'shop').getByRole('button', { name: say.update, exact: true })
    await expect(button).toBeEnabled()
    await page.request.post(`${world.url}/api/v1/apps/shop/freeze`, { data: { reason: 'Release week' } })
    await expect(card(page, 'shop')).toContainText(`${say.frozen} Release week`)
    await expect(button).toBeDisabled()
    await screenshot(page, `overview-frozen-${locale}`)
    await page.request.post(`${world.url}/api/v1/apps/shop/unfreeze`)
    await expect(button).toBeEnabled()
  })

  test('the cards show the apps with the state of every node', async ({ world, visit, say, locale }) => {
    const shop = world.shop()
    const site = world.site()
    await world.start(
      { name: 'shop', repo: shop, nodes: { 'api-1': {}, 'api-2': {} } },
      { name: '官网', repo: site, nodes: { 'api-1': {} }, at: site.revisions[1] }
    )
    const page = await visit()
    await expect(card(page, 'shop')).toContainText(say.onlineCount(2, 2))
    await expect(card(page, 'shop')).toContainText(say.never)
    await expect(nodeLine(page, 'shop', 'api-2')).toContainText(say.online)
    await expect(nodeLine(page, 'shop', 'api-2')).toContainText(short(shop.revisions[0]))
    await expect(nodeLine(page, '官网', 'api-1')).toContainText('2')
    await nodeLine(page, 'shop', 'api-1').getByRole('button').hover()
    await expect(page.getByRole('tooltip')).toContainText(world.path('shop', 'api-1'))
    await expect(page.getByRole('tooltip')).toContainText(shop.revisions[0])
    await screenshot(page, `overview-fresh-${locale}`)
  })

  test('a stopped agent is shown offline at once with its reason, and online again after its start', async ({ world, visit, say }) => {
    await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {}, 'api-2': {} } })
    const page = await visit()
    const line = nodeLine(page, 'shop', 'api-2')
    await expect(line).toContainText(say.online)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      await world.agent('api-2').end(signal)
      await expect(line).toContainText(say.offline, { timeout: 3000 })
      await expect(card(page, 'shop')).toContainText(say.onlineCount(1, 2))
      // The reason changes when the server tries to connect again.
      await expect(async () => {
        const { nodes } = await world.get<{ nodes: { reason: string }[] }>('/apps/shop')
        expect(nodes[1].reason).not.toBe('')
        await expect(line).toContainText(nodes[1].reason, { timeout: 500 })
      }).toPass({ timeout: 15_000 })
      await world.agent('api-2').start()
      await expect(line).toContainText(say.online)
    }
    await expect(card(page, 'shop')).toContainText(say.onlineCount(2, 2))
  })

  test('a node that was changed by hand is shown as drifted with what differs, one that was left out as behind', async ({ world, visit, say, locale }) => {
    const shop = world.shop()
    await world.start({ name: 'shop', repo: shop, nodes: { 'api-1': {}, 'api-2': {}, 'api-3': {} } })
    await world.ready()
    await world.ended(await world.deploy('shop', { action: 'update', nodes: ['api-1', 'api-2'] }))
    const page = await visit()
    const [same, drifted, behind] = ['api-1', 'api-2', 'api-3'].map((alias) => nodeLine(page, 'shop', alias))
    await expect(behind).toContainText(say.behind)
    // What is changed while the agent is away is seen when it connects; the page is not loaded anew.
    await world.agent('api-2').end('SIGTERM')
    const folder = world.path('shop', 'api-2')
    world.write('shop', 'api-2', 'version.txt', 'by hand\n')
    world.run('git', '-C', folder, 'commit', '-qam', 'By hand')
    world.write('shop', 'api-2', 'README', 'edited\n')
    await world.agent('api-2').start()
    await expect(drifted).toContainText(say.drifted(short(shop.revisions[2])))
    await expect(drifted).not.toContainText(say.behind)
    await expect(same).not.toContainText(say.behind)
    await drifted.getByRole('button').hover()
    const details = page.getByRole('tooltip').filter({ hasText: say.driftedText })
    await expect(details).toContainText(shop.revisions[2])
    await expect(details).toContainText('README')
    await screenshot(page, `overview-drifted-${locale}`)
    // The details of one node may cover another's line.
    await page.mouse.move(0, 0)
    await expect(details).toBeHidden()
    await behind.getByRole('button').hover()
    await expect(page.getByRole('tooltip').filter({ hasText: say.behindText })).toBeVisible()
  })

  test('the history is loaded when it is opened, and a commit chosen from it', async ({ world, visit, say, locale }) => {
    const shop = world.shop()
    await world.start({ name: 'shop', repo: shop, nodes: { 'api-1': {} }, at: shop.revisions[2] })
    const page = await visit()
    await expect(nodeLine(page, 'shop', 'api-1')).toContainText(short(shop.revisions[2]))
    await expect(card(page, 'shop').getByRole('button', { name: say.rollBack })).toBeDisabled()
    const option = await choose(page, 'shop', shop.revisions[1])
    await expect(option).toContainText('支持优惠券')
    await expect(option).toContainText('李雷')
    await expect(page.getByRole('option').first()).toContainText(say.here('api-1'))
    await expect(page.getByRole('option')).toHaveCount(3)
    await screenshot(page, `history-${locale}`, false)
    await option.click()
    await expect(card(page, 'shop')).toContainText(short(shop.revisions[1]))
    await expect(card(page, 'shop').getByRole('button', { name: say.rollBack })).toBeEnabled()
  })
})

test('the svn history is chosen from in the same way', async ({ world, visit, say }) => {
  await world.start({ name: '官网', repo: world.site(), nodes: { 'web-1': {} } })
  const page = await visit()
  await expect(nodeLine(page, '官网', 'web-1')).toContainText(say.online)
  const option = await choose(page, '官网', '2')
  await expect(option).toContainText('修正日期格式')
  await expect(option).toContainText('李雷')
})

test('the language is switched in place and remembered', async ({ world, visit }) => {
  await world.start({ name: 'shop', repo: world.shop(), nodes: { 'api-1': {} } })
  const page = await visit()
  await page.getByRole('button', { name: '中文' }).click()
  await expect(card(page, 'shop').getByRole('button', { name: words.zh.update, exact: true })).toBeVisible()
  await expect(card(page, 'shop')).toContainText(words.zh.onlineCount(1, 1))
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN')
  await page.reload()
  await expect(page.getByRole('status').filter({ hasText: words.zh.live })).toBeVisible()
  await page.getByRole('button', { name: 'English' }).click()
  await expect(card(page, 'shop')).toContainText(words.en.onlineCount(1, 1))
  await expect(page.locator('html')).toHaveAttribute('lang', 'en')
})

inBothLanguages(() => {
  test('nothing is wider than a phone', async ({ world, visit, say, locale }) => {
    const shop = world.shop()
    const long = { before_deploy: `echo ${'x'.repeat(400)}; exit 3` }
    await world.start(
      { name: 'shop', repo: shop, nodes: { 'api-1': long, 'a-node-with-quite-a-long-name-in-hangzhou-12': {}, 'api-3': {} } },
      { name: '官网', repo: world.site(), nodes: { 'api-1': {} } }
    )
    await world.ready()
    world.write('shop', 'api-3', 'README', 'edited\n')
    const id = await world.deploy('shop', { action: 'update', note: 'a note '.repeat(30) })
    await world.ended(id)
    await world.agent('api-3').end('SIGTERM')
    const page = await visit()
    await page.setViewportSize({ width: 360, height: 740 })
    await expect(nodeLine(page, 'shop', 'api-3')).toContainText(say.offline)
    await expect(card(page, 'shop')).toContainText(say.partial)
    await expectNoSidewaysOverflow(page)
    await screenshot(page, `phone-overview-${locale}`)
    await card(page, 'shop').getByRole('button', { name: say.update, exact: true }).click()
    await expect(page.getByRole('dialog').getByRole('button', { name: say.updateNodes(2) })).toBeEnabled()
    await expectNoSidewaysOverflow(page)
    await screenshot(page, `phone-confirm-${locale}`, false)
    for (const path of [`/deployments/${id}`, '/deployments', '/nowhere']) {
      await page.goto(world.url + path)
      await expect(page.getByRole('heading', { level: 1 })).toBeAttached()
      if (path === `/deployments/${id}`) await expect(page.getByRole('log').first()).toContainText('xxx')
      await expectNoSidewaysOverflow(page)
      await screenshot(page, `phone${path.replaceAll('/', '-')}-${locale}`)
    }
  })
})
