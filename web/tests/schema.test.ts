import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString, COMMENT_HEADER } from 'openapi-typescript'
import { expect, it } from 'vitest'

it('src/api/schema.d.ts is what `npm run types` makes of docs/openapi.yaml', async () => {
  const contract = new URL('../../docs/openapi.yaml', import.meta.url)
  const generated = COMMENT_HEADER + astToString(await openapiTS(contract))
  expect(readFileSync(join(__dirname, '../src/api/schema.d.ts'), 'utf8')).toBe(generated)
})
