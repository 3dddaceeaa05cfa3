#!/usr/bin/env node
import { wrappedCommand } from './wrapped-command.ts'

const args = process.argv.slice(2)
const wrapped = wrappedCommand(args)
// a wrapped server is to start at once: nothing of the other commands is loaded for it
if (wrapped === null) await (await import('./command-line.ts')).runCommandLine(args)
else await (await import('./wrap-process.ts')).wrapProcess(wrapped)
