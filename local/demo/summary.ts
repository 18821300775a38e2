/** What the demo shows at its end: the run in figures, and what readers are served. */
import { z } from 'zod';
import type { RunSummary } from '../../src/contract';
import { describeBlend } from '../../src/domain/blendReport';

/** Lines of the table of a run. `clicksSent` is what went through the collector. */
export function summaryTable(summary: RunSummary, clicksSent: number): string[] {
  const { clicks, quality, trainingAttempts: attempts } = summary;
  const sum = (of: (attempt: RunSummary['trainingAttempts'][number]) => number): number =>
    attempts.reduce((total, attempt) => total + of(attempt), 0);
  const trained = sum((attempt) => attempt.trainingSeconds);
  const billable = sum((attempt) => attempt.billableSeconds);
  const rows: [string, string][] = [
    ['run date, version', `${summary.runDate}, ${summary.version}`],
    ['clicks', `${whole(clicksSent)} sent, ${whole(clicks.runDate)} of the run date after de-duplication`],
    [
      'ledger',
      summary.ledger === null
        ? 'none'
        : `${whole(summary.ledger.found)} of ${whole(summary.ledger.acknowledged)} acknowledged clicks found`,
    ],
    ['users, articles', `${whole(summary.readers)}, ${whole(summary.articles)}`],
    [
      'recall@10',
      `${share(quality.candidate.recallAt10)} candidate, ${share(quality.popular.recallAt10)} recent popularity`,
    ],
    ['NDCG@10', `${share(quality.candidate.ndcgAt10)} candidate, ${share(quality.popular.ndcgAt10)} recent popularity`],
    [
      'personal part earned',
      `${(100 * summary.gate.personalGain).toFixed(1)} % recall over recent popularity${quality.priorWeight === null ? ' (popularity alone won)' : ''}`,
    ],
    ...describeBlend(summary.blend).map((line): [string, string] => ['blend, as served', line]),
    [
      'training',
      attempts.map(({ instanceType, market, outcome }) => `${instanceType} ${market}: ${outcome}`).join('; '),
    ],
    [
      'interruptions',
      `${sum((attempt) => attempt.interruptions)}, resumed from iteration ${attempts.flatMap((attempt) => attempt.resumedFrom).join(', ') || 'none'}`,
    ],
    [
      'billable, training',
      `${billable} s billed for ${trained} s of training (${trained === 0 ? 0 : Math.round(100 * (1 - billable / trained))} % saved)`,
    ],
    ['items loaded', whole(summary.itemsLoaded)],
    // The last stage writes the report itself and has no end in it.
    ...summary.stages.flatMap(({ stage, startedAtMs, endedAtMs }): [string, string][] =>
      endedAtMs === undefined ? [] : [[`time: ${stage}`, `${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s`]],
    ),
  ];
  return rows.map(([name, value]) => `  ${name.padEnd(28)}${value}`);
}

const servedSchema = z.object({
  user: z.string(),
  version: z.string(),
  tier: z.string(),
  articles: z.array(z.string()),
});

/** Lines that show what the serving API answers for some readers. */
export async function servedLists(
  servingUrl: string,
  readers: readonly string[],
  titleOf: (articleId: string) => string | undefined,
): Promise<string[]> {
  const lines: string[] = [];
  for (const reader of readers) {
    const path = `/v1/users/${encodeURIComponent(reader)}/recommendations?limit=5`;
    const response = await fetch(servingUrl + path);
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`serving answered ${response.status} for ${path}: ${JSON.stringify(body)}`);
    const { version, tier, articles } = servedSchema.parse(body);
    lines.push(`  ${reader}: ${tier} list of version ${version}`);
    articles.forEach((article, index) => {
      lines.push(`    ${index + 1}. ${article}  ${titleOf(article) ?? ''}`.trimEnd());
    });
  }
  return lines;
}

const whole = (value: number): string => value.toLocaleString('en');
const share = (value: number): string => value.toFixed(4);
