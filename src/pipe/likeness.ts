/**
 * What bytes have in common that are a whole HTTP message each: all of the head but for the digits of Content-Length and the value of Date, of which
 * each is as long as in the others. One object stands for one such head.
 */
export interface Likeness {
  /** Index of the first byte that may differ. */
  readonly sameUntil: number
}
