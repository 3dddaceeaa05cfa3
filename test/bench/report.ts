import type { Suite } from './suite.ts'
import { figure, median, table } from './table.ts'

export type Figures = Readonly<Record<string, number>>

/** Medians over the rounds, and ratios to the yardsticks. The median of the rounds' ratios, not the ratio of medians. */
export function compare(
  suite: Pick<Suite, 'columns'>,
  results: ReadonlyMap<string, readonly Figures[]>,
  against: readonly string[] = ['http-proxy', 'TCP pipe'],
): { text: string; figures: object } {
  const over = (name: string, key: string): number =>
    median((results.get(name) ?? []).map((round) => round[key] ?? Number.NaN))
  const ratio = (name: string, to: string, key: string): number | undefined => {
    const rounds = (results.get(name) ?? []).flatMap((round, at) => {
      const other = results.get(to)?.[at]?.[key]
      return other === undefined || other === 0 ? [] : [(round[key] ?? Number.NaN) / other]
    })
    return rounds.length === 0 ? undefined : median(rounds)
  }
  const yardsticks = against.filter((name) => results.has(name))
  const compared = suite.columns.filter((column) => column.ratio)
  const heading = [
    `(${Math.max(0, ...[...results.values()].map((rounds) => rounds.length))} rounds)`,
    ...suite.columns.map(({ title }) => title),
    ...yardsticks.flatMap((yardstick) => compared.map(({ title }) => `${title.split(' ', 1)[0]} ÷ ${yardstick}`)),
  ]
  const rows = [...results.keys()].map((name) => [
    name,
    ...suite.columns.map(({ key, show }) => show(over(name, key))),
    ...yardsticks.flatMap((yardstick) => compared.map(({ key }) => figure(ratio(name, yardstick, key)))),
  ])
  const figures = Object.fromEntries(
    [...results.keys()].map((name) => [
      name,
      {
        ...Object.fromEntries(suite.columns.map(({ key }) => [key, over(name, key)])),
        ratios: Object.fromEntries(
          yardsticks.map((yardstick) => [
            yardstick,
            Object.fromEntries(compared.map(({ key }) => [key, ratio(name, yardstick, key)])),
          ]),
        ),
        rounds: results.get(name),
      },
    ]),
  )
  return { text: table(heading, rows), figures }
}
