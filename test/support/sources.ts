import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's own folder, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url))

/** One source file: its path from the project's folder, and its text without comments. */
export interface Source {
  readonly path: string
  readonly code: string
}

/** An import as written: where from, what, and whether nothing but types are taken. */
export interface Import {
  readonly from: string
  readonly to: string
  readonly typesOnly: boolean
}

const lexemes = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g
const statements =
  /\b(import|export)\s+(type\s)?([^'"`;=()]*?\bfrom\s*)['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g

/** Text without its comments; strings stay. */
export const withoutComments = (text: string): string =>
  text.replace(lexemes, (lexeme) => (lexeme.startsWith('/') ? ' ' : lexeme))

/** All TypeScript files under `folder` (from the project's folder). */
export function sourcesUnder(folder: string): Source[] {
  if (!existsSync(join(projectRoot, folder))) return []
  return readdirSync(join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => posix.join(folder, path.replaceAll('\\', '/')))
    .filter((path) => /\.tsx?$/.test(path))
    .sort()
    .map((path) => ({ path, code: withoutComments(readFileSync(join(projectRoot, path), 'utf8')) }))
}

/** Relative imports are given as paths from the project's folder, packages by their name. */
export function importsOf({ path, code }: Source): Import[] {
  return [...code.matchAll(statements)].map(([, , type, clause = '', from, bare]) => {
    const to = (from ?? bare)!
    const names = /^\s*\{([^}]*)\}/
      .exec(clause)?.[1]
      ?.split(',')
      .filter((name) => name.trim() !== '')
    const typesOnly = type !== undefined || (names?.every((name) => /^\s*type\s/.test(name)) ?? false)
    return { from: path, to: to.startsWith('.') ? posix.join(posix.dirname(path), to) : to, typesOnly }
  })
}
