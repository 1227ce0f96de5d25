import { setTimeout as pause } from 'node:timers/promises'

/** Until `look` gives something true, which is returned; throws at the deadline. */
export async function waitUntil<T>(look: () => T | Promise<T>, what: () => string, within = 30_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + within
  for (;;) {
    const value = await look()
    if (value) return value
    if (Date.now() > deadline) throw new Error(`waited ${within} ms for ${what()}`)
    await pause(20)
  }
}
