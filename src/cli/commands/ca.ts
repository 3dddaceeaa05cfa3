import { copyFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ProxyError } from '../../errors.ts'
import type { AuthorityCertificate } from '../../transports/index.ts'
import { EXIT, type Context, type Verb } from '../context.ts'
import { quoted, tilde } from '../invocation.ts'

interface CaFlags {
  export?: string
  json?: true
}

/** `mitmcp ca`: where the certificate of the local authority is, and how clients come to trust it. */
export const ca: Verb = {
  name: 'ca',
  offers: [],
  define(program, context, finish) {
    program
      .command('ca')
      .description('the local certificate authority of forward mode: where it is, how clients come to trust it')
      .option('--export <file>', 'write its certificate there too')
      .option('--json', 'one line of JSON')
      .action(async (flags: CaFlags) => finish(await tellAuthority(flags, context)))
  },
}

/** Throws `AUTHORITY_INVALID`, and `OPTION_INVALID` for a file that cannot be written. */
const tellAuthority = async (flags: CaFlags, context: Context): Promise<number> => {
  const { ensureAuthority } = await import('../../transports/index.ts')
  const { defaultAuthorityFolder } = await import('../../proxy.ts')
  const authority = await ensureAuthority(defaultAuthorityFolder(context.env, process.platform))
  if (flags.export !== undefined) exportTo(flags.export, authority)
  const file = flags.export ?? authority.file
  if (flags.json === true) {
    const { bundle, fingerprint, validTo } = authority
    context.output.json({ file, bundle, fingerprint, validTo: validTo.toISOString() })
  } else for (const line of trustText(authority, file, context)) context.output.line(line)
  return EXIT.ok
}

const exportTo = (file: string, authority: AuthorityCertificate): void => {
  try {
    copyFileSync(authority.file, file)
  } catch (cause) {
    throw new ProxyError('OPTION_INVALID', `The certificate cannot be written: ${(cause as Error).message}.`, {
      hint: 'Name a file in a folder that is there and yours: --export ./mitmcp-ca.pem',
      cause,
    })
  }
}

const trustText = (authority: AuthorityCertificate, at: string, { output, command, env }: Context): string[] => {
  const file = quoted(tilde(at, env['HOME']))
  const bundle = quoted(tilde(authority.bundle, env['HOME']))
  const heading = (text: string): string => output.paint('strong', text)
  return [
    `${heading('Certificate')}   ${file}`,
    `Fingerprint   SHA-256 ${authority.fingerprint}`,
    `Valid until   ${authority.validTo.toISOString().slice(0, 10)}`,
    '',
    `Its key is in ${quoted(tilde(dirname(authority.file), env['HOME']))}, readable by you alone. Whoever has the key can pretend to be any server to those who trust it.`,
    `\`${command} run -- your-client\` sets all variables below for one command. To do it by hand:`,
    '',
    heading('Node'),
    `  export NODE_EXTRA_CA_CERTS=${file}`,
    heading('Python') + ' (ssl, httpx, aiohttp; requests; pip)',
    `  export SSL_CERT_FILE=${bundle} REQUESTS_CA_BUNDLE=${bundle} PIP_CERT=${bundle}`,
    heading('curl and git'),
    `  export CURL_CA_BUNDLE=${bundle} GIT_SSL_CAINFO=${bundle}`,
    heading('Deno, cargo'),
    `  export DENO_CERT=${file} CARGO_HTTP_CAINFO=${bundle}`,
    heading('Debian, Ubuntu'),
    `  sudo cp ${file} /usr/local/share/ca-certificates/mitmcp.crt && sudo update-ca-certificates`,
    heading('Fedora, RHEL'),
    `  sudo trust anchor ${file}`,
    heading('macOS'),
    `  security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db ${file}`,
    heading('Windows'),
    `  certutil -user -addstore Root ${file}`,
    heading('Firefox') + '   Settings, Privacy & Security, Certificates, View Certificates, Authorities, Import',
    heading('Chrome') +
      '    uses the system’s; on Linux: chrome://certificate-manager, Local certificates, Custom, Import',
    '',
    `Take it out of those places when you no longer need it; variables end with their shell.`,
  ]
}
