import axe from 'axe-core'
import type { UiPage } from './ui-page.ts'

/** What axe finds wrong with a page as it is. */
export async function violationsOf({ page }: Pick<UiPage, 'page'>): Promise<string[]> {
  await page.evaluate(axe.source)
  return page.evaluate(`axe.run(document).then(({ violations }) =>
    violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html, failureSummary }) => html + ' ' + failureSummary).join(' | ')))`)
}
