// Adds up the test runner's own report and the checks beside it; the last line is `N passed, N failed`.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [, , folder, testsCode] = process.argv
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))
const files = readdirSync(folder)

let passed = 0
let failed = 0
const fail = (what) => {
  failed++
  console.log(`failed: ${what}`)
}

if (existsSync(join(folder, 'vitest.json'))) {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = read('vitest.json')
  passed += numPassedTests
  failed += numFailedTests
  // a file that cannot be loaded has no tests to count
  for (const { status, assertionResults, name } of testResults) {
    if (status === 'failed' && assertionResults.every((result) => result.status !== 'failed')) fail(name)
  }
  if (numPendingTests > 0) console.log(`${numPendingTests} skipped`)
  if (testsCode !== '0' && failed === 0) fail(`npm test ended with ${testsCode}`)
} else if (!files.includes('install.check.json')) fail('npm test left no report')

if (!files.some((name) => name.endsWith('.check.json'))) fail('npm start was not tried to its end')
for (const name of files.filter((each) => each.endsWith('.check.json'))) {
  for (const check of read(name)) {
    if (check.ok) passed++
    else fail(check.name)
  }
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1
