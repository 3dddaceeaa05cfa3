// Completes package-lock.json: npm leaves out the optional packages for other platforms when the registry it asked does not
// have them, and `npm ci` then refuses the lock file. They are added by name, version and platform; npm installs none of
// them here. Run after each `npm install` that changes dependencies. Prints what it added.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const file = fileURLToPath(new URL('../../package-lock.json', import.meta.url))
const lock = JSON.parse(readFileSync(file, 'utf8'))
const platforms =
  /(android|darwin|freebsd|linux|openharmony|win32|sunos|aix|netbsd|openbsd)[-_]([a-z0-9]+?)(?:[-_](\w+))?$/

const added = []
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (lock.packages[`${path}/node_modules/${name}`] || lock.packages[`node_modules/${name}`]) continue
    const [, os, cpu, abi = ''] = platforms.exec(name) ?? []
    if (os === undefined || !/^\d/.test(version))
      throw new Error(`${name}@${version}: neither a platform nor an exact version`)
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(dev ? { dev } : {}),
      ...(os === 'linux' && /musl/.test(abi) ? { libc: ['musl'] } : {}),
      ...(os === 'linux' && /gnu/.test(abi) ? { libc: ['glibc'] } : {}),
      optional: true,
      os: [os],
    }
    added.push(`${name}@${version}`)
  }
}
const [own, ...others] = Object.entries(lock.packages)
lock.packages = Object.fromEntries([own, ...others.sort(([a], [b]) => a.localeCompare(b, 'en'))])
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`)
console.log(added.length === 0 ? 'nothing to add' : `added ${added.length}:\n  ${added.join('\n  ')}`)
