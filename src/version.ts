/** Version of this package, as `package.json` says. */
export const VERSION = '0.1.0'
