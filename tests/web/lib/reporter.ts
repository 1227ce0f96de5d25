// A line per test, what went wrong, and the closing line that script/test-browser is read by.
import type { FullResult, Reporter, TestCase, TestResult } from '@playwright/test/reporter'

export default class LineReporter implements Reporter {
  private passed = 0
  private failed = 0

  onTestEnd(test: TestCase, result: TestResult): void {
    const good = result.status === test.expectedStatus
    if (good) this.passed++
    else this.failed++
    const title = test.titlePath().slice(3).join(' › ')
    console.log(`${good ? 'ok  ' : 'FAIL'} ${title} (${(result.duration / 1000).toFixed(1)} s)`)
    if (!good) for (const error of result.errors) console.log(error.stack ?? error.message ?? String(error.value))
  }

  onError(error: { stack?: string; message?: string }): void {
    this.failed++
    console.log(error.stack ?? error.message)
  }

  onEnd(result: FullResult): void {
    console.log(`${this.passed} passed, ${this.failed} failed (${(result.duration / 1000).toFixed(0)} s)`)
  }

  printsToStdio(): boolean {
    return true
  }
}
