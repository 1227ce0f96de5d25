// What a button does on the server: whether it is under way, and why it failed.
import { ref, shallowRef, type Ref, type ShallowRef } from 'vue'
import { Problem } from '../api/problem'

interface Action {
  sending: Ref<boolean>
  problem: ShallowRef<Problem | null>
  /** True if it was done. */
  run: (action: () => Promise<unknown>) => Promise<boolean>
}

export function useAction(): Action {
  const sending = ref(false)
  const problem = shallowRef<Problem | null>(null)

  async function run(action: () => Promise<unknown>): Promise<boolean> {
    sending.value = true
    problem.value = null
    try {
      await action()
      return true
    } catch (error) {
      problem.value = Problem.from(error)
      return false
    } finally {
      sending.value = false
    }
  }

  return { sending, problem, run }
}
