/** The page: files of the UI's build, and a plain word where there is none. */
import type { Context, MiddlewareHandler } from 'hono'
import { readFile } from 'node:fs/promises'
import { extname, join, sep } from 'node:path'

const TYPES: { readonly [extension: string]: string } = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
}

/** The build puts a hash of eight characters into the names of what is below `assets/`: such a file never changes. */
const HASHED = /^assets[\\/].*-[\w-]{8}\.\w+$/

/** Serves `folder` for GET and HEAD; passes on what is no file there. 503 when nothing was built. */
export function pageFiles(folder: string): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.path.startsWith('/api/') || !['GET', 'HEAD'].includes(c.req.method)) return next()
    const name = fileName(c.req.path)
    const content = name === undefined ? undefined : await readFile(join(folder, name)).catch(() => undefined)
    if (name === undefined || content === undefined) return name === 'index.html' ? notBuilt(c) : next()
    c.header('Content-Type', TYPES[extname(name)] ?? 'application/octet-stream')
    c.header('Cache-Control', HASHED.test(name) ? 'public, max-age=31536000, immutable' : 'no-cache')
    return c.body(content)
  }
}

/** Relative path within the folder; undefined for what points out of it or at a hidden file. */
function fileName(path: string): string | undefined {
  try {
    const steps = decodeURIComponent(path)
      .split('/')
      .filter((step) => step !== '')
    if (steps.some((step) => step.startsWith('.') || /[\\\0:]/.test(step))) return undefined
    return steps.length === 0 ? 'index.html' : steps.join(sep)
  } catch {
    return undefined
  }
}

function notBuilt(c: Context): Response {
  return c.text(
    'The page of mitmcp has not been built.\nType: npm run build\nThe API at /api/ works without it.\n',
    503,
  )
}
