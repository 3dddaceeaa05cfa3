/** Where a built file is. Threads load from the built files, also when this module was loaded by a test runner. */
export const built = (path: string): URL =>
  new URL(import.meta.url.endsWith('.ts') ? `../../dist/${path}` : `../${path}`, import.meta.url)
