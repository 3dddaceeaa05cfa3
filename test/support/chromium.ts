import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
]

/** An installed Chromium, or undefined. `MITMCP_TEST_CHROMIUM` names one elsewhere. */
export function findChromium(): string | undefined {
  const named = process.env['MITMCP_TEST_CHROMIUM']
  return (named === undefined ? places : [named]).find((path) => existsSync(path))
}

/** Loopback traffic only, and nothing of its own beside the page. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags })
}
