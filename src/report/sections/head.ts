/** The head of the page: which run this is, how it ended, and the figures that most people open it for. */
import type { RunMarks, RunReport, StageTime } from '../../contract';
import { describeDegraded } from '../../domain/readiness';
import { type Html, html, nothing } from '../../pages/html';
import type { ReportContext } from '../context';
import { count, duration, instant, percent, perSecond, quality, signedShare, usd } from '../figures';
import { badge, callout, type Fact, factsOf, paragraph, type Tone, tilesOf } from '../parts';
import { runbookArticle } from '../runbook';
import { figuresOf } from '../runFigures';

const outcomes: Readonly<Record<RunReport['outcome'], { readonly tone: Tone; readonly words: string }>> = {
  published: { tone: 'good', words: 'published' },
  'kept newer': { tone: 'warning', words: 'not published: a newer set is live' },
  'not published': { tone: 'good', words: 'not published: a look back' },
  'rolled back': { tone: 'bad', words: 'published and taken back' },
  failed: { tone: 'bad', words: 'failed' },
  cancelled: { tone: 'quiet', words: 'cancelled' },
};

export const marksOf = (report: RunReport): RunMarks & { readonly stages: readonly StageTime[] } =>
  'summary' in report ? report.summary : report;

export const wordsOf = (outcome: RunReport['outcome']): string => outcomes[outcome].words;

export function headOf(report: RunReport, context: ReportContext): Html {
  const { tone, words } = outcomes[report.outcome];
  const { generation, degraded } = marksOf(report);
  return html`<header>
<p class="eyebrow">Frontpage run report</p>
<h1>Run of ${report.runDate}</h1>
<p class="badges">${badge(tone, words)}${
    generation === undefined ? '' : badge('quiet', `generation ${generation}`)
  }${degraded === undefined ? '' : badge('warning', 'degraded')}</p>
${degraded === undefined ? nothing : callout('warning', 'This run went on without a whole day.', [paragraph(describeDegraded(degraded))])}
${endOf(report, context)}
${tilesOf(tiles(report))}
${factsOf(facts(report))}
</header>
`;
}

/** Why a run did not end as it should. */
function endOf(report: RunReport, context: ReportContext): Html {
  if ('summary' in report) {
    return report.outcome === 'rolled back'
      ? callout('bad', 'Serving did worse after the publish, so readers were taken back to the set before.', [
          paragraph(html`What to do: ${runbookArticle('PublishRolledBack', context.runbookUrl)}.`),
        ])
      : nothing;
  }
  const { failedStage, failureType, message, stages } = report;
  const isPastPublish = stages.some(({ stage, endedAtMs }) => stage === 'publishing' && endedAtMs !== undefined);
  const what = report.outcome === 'cancelled' ? 'Cancelled' : 'Failed';
  const live = isPastPublish ? 'The publish was over by then: see which version is live.' : 'What was live stays live.';
  const title = `${what} in the stage “${failedStage}”. ${live}`;
  return callout(report.outcome === 'cancelled' ? 'quiet' : 'bad', title, [
    html`<p><code>${failureType}</code>: <span class="message">${message}</span></p>
`,
    report.outcome === 'cancelled'
      ? nothing
      : paragraph(html`What to do: ${runbookArticle(failureType, context.runbookUrl)}.`),
  ]);
}

function tiles(report: RunReport): Fact[] {
  const figures = figuresOf(report);
  const { money } = marksOf(report);
  const { recallAt10, popularRecallAt10: popular } = figures;
  return [
    ...(figures.readers === undefined ? [] : [{ name: 'Readers with a list', value: count(figures.readers) }]),
    ...(recallAt10 === undefined
      ? []
      : [
          {
            name: 'recall@10',
            value: quality(recallAt10),
            ...(popular === undefined || popular === 0 ? {} : { note: againstPopularity(recallAt10 / popular - 1) }),
          },
        ]),
    ...(figures.durationSeconds === undefined
      ? []
      : [{ name: 'The run took', value: duration(figures.durationSeconds) }]),
    ...(money === undefined
      ? []
      : [{ name: 'Training cost', value: usd(money.costUsd), note: `${percent(money.savingPercent)} saved by Spot` }]),
    ...(figures.itemsPerSecond === undefined
      ? []
      : [{ name: 'Items loaded', value: count(figures.itemsLoaded ?? 0), note: perSecond(figures.itemsPerSecond) }]),
  ];
}

const againstPopularity = (gain: number): string =>
  gain === 0 ? 'the same as recent popularity' : `${signedShare(gain)} against recent popularity`;

function facts(report: RunReport): Fact[] {
  const { stages, readiness, generation } = marksOf(report);
  const first = stages[0];
  return [
    { name: 'Version', value: 'summary' in report ? report.summary.version : 'none: no set came to be published' },
    { name: 'Generation', value: generation === undefined ? 'the first of this day' : String(generation) },
    ...(first === undefined ? [] : [{ name: 'Started', value: `${instant(first.startedAtMs)} UTC` }]),
    { name: 'To be live by', value: deadlineOf(report) },
    { name: 'The day was taken as whole', value: readiness ?? 'no reason is on record' },
  ];
}

export function publishedAtMs(report: RunReport): number | undefined {
  if (report.outcome !== 'published' && report.outcome !== 'rolled back') return undefined;
  return report.summary.stages.find(({ stage }) => stage === 'publishing')?.endedAtMs;
}

function deadlineOf(report: RunReport): string {
  const { deadlineAtMs } = marksOf(report);
  if (deadlineAtMs === undefined) return 'this run has no deadline';
  const liveAtMs = publishedAtMs(report);
  const by = `${instant(deadlineAtMs)} UTC`;
  if (liveAtMs === undefined) return by;
  const spareSeconds = (deadlineAtMs - liveAtMs) / 1000;
  return spareSeconds >= 0
    ? `${by}; live ${duration(spareSeconds)} before`
    : `${by}; live ${duration(-spareSeconds)} too late`;
}
