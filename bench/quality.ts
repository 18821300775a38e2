/**
 * How good the lists are that readers would have been served: each click of a span of a click log against the lists of that
 * instant, made from what had been delivered by then. Weights and half-life are chosen on the days before the span.
 *
 *   npm run --silent bench:quality -- --clicks DIR --history-until T0 --until T1 --refresh-minutes 5 --delay-seconds 90
 *     --json [--no-nightly]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { ClickLogError } from '../src/clicklog/clickLogError';
import type { AsServedOptions, NightlySet, ServedClick } from '../src/domain/asServed';
import type { QualityEstimate } from '../src/domain/asServedFigures';
import { chooseBlend } from '../src/domain/blendChoice';
import { defaultBlendWeights } from '../src/domain/blendWeights';
import { defaultFreshSettings } from '../src/domain/freshSettings';
import { readClicks } from './quality/clicks';
import { measureQuality } from './quality/measure';
import { nightlySets } from './quality/nightly';

const minuteMs = 60_000;
const dayMs = 1440 * minuteMs;
/** Half a day of clicks before the first that is judged: of a pair older than that nothing is left. */
const warmUpMs = dayMs / 2;

interface Options {
  readonly clicks: string;
  readonly historyUntil: number;
  readonly until: number;
  readonly refreshMinutes: number;
  readonly delaySeconds: number;
  readonly publishMinutes: number;
  readonly chooseDays: number;
  readonly nightly: boolean;
  readonly json?: true;
}

function instant(text: string): number {
  const ms = Date.parse(text);
  if (!/^\d{4}-\d{2}-\d{2}T.*Z$/.test(text) || Number.isNaN(ms)) {
    throw new InvalidArgumentError('It must be a UTC time like 2017-10-08T03:00:00Z.');
  }
  return ms;
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0)) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

function notNegative(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0)) throw new InvalidArgumentError('It must be a number, 0 or more.');
  return value;
}

const command = new Command('bench:quality')
  .requiredOption('--clicks <dir>', "a click log: Globo's CSV files, or NDJSON days")
  .requiredOption('--history-until <time>', 'clicks after it are judged', instant)
  .requiredOption('--until <time>', 'the last click that is judged', instant)
  .option('--refresh-minutes <n>', 'between two beats of the fresh loop', positive, 5)
  .option('--delay-seconds <n>', 'from a click to the lake', notNegative, 90)
  .option('--publish-minutes <n>', 'from midnight (UTC) to the publish of its set', notNegative, 60)
  .option('--choose-days <n>', 'before the span, on which weights and half-life are chosen', positive, 3)
  .option('--no-nightly', 'without training: no nightly lists, nothing personal')
  .option('--json', 'print one JSON object');

async function setsOf(options: Options, clicks: readonly ServedClick[]): Promise<NightlySet[]> {
  if (!options.nightly) return [];
  const dir = await mkdtemp(join(tmpdir(), 'frontpage-quality-'));
  try {
    return await nightlySets({
      clicks,
      fromMs: options.historyUntil - options.chooseDays * dayMs,
      untilMs: options.until,
      publishMs: options.publishMinutes * minuteMs,
      dir,
      report: (line) => console.error(line),
    });
  } finally {
    await rm(dir, { recursive: true });
  }
}

async function main(options: Options): Promise<void> {
  const startedAtMs = Date.now();
  const { historyUntil, until, refreshMinutes, delaySeconds, chooseDays } = options;
  if (until <= historyUntil) command.error('error: --until must be after --history-until');
  const clicks = await readClicks(options.clicks, until, delaySeconds * 1000);
  const span = clicks.filter(({ occurredAtMs }) => occurredAtMs > historyUntil).length;
  if (span === 0 || span === clicks.length)
    command.error('error: the log has no clicks before or after --history-until');
  const nightly = await setsOf(options, clicks);
  const replayFrom = (judgedFromMs: number): AsServedOptions => ({
    settings: defaultFreshSettings,
    refreshMs: refreshMinutes * minuteMs,
    judgedFromMs,
    listsFromMs: judgedFromMs - warmUpMs,
    nightly,
  });
  const history = clicks.slice(0, clicks.length - span);
  const choice = chooseBlend(history, replayFrom(historyUntil - chooseDays * dayMs), defaultBlendWeights);
  console.error(`chose weights on the last ${chooseDays} days of the history`);
  const column = defaultFreshSettings.halfLivesMinutes.indexOf(choice.halfLifeMinutes);
  const quality = measureQuality(clicks, replayFrom(historyUntil), { weights: choice.weights, column });
  const result = {
    historyUntil: new Date(historyUntil).toISOString(),
    until: new Date(until).toISOString(),
    refreshMinutes,
    delaySeconds,
    chooseDays,
    ...quality,
    intervals: '95 %, bootstrap over readers in 500 groups',
    freshPopularHalfLifeMinutes: choice.halfLifeMinutes,
    choice,
    seconds: (Date.now() - startedAtMs) / 1000,
  };
  if (options.json) console.log(JSON.stringify(result));
  else print(result);
}

function print({
  clicks,
  readers,
  ceiling,
  figures,
  servedOverFreshPopular,
  seconds,
}: ReturnType<typeof measureQuality> & { seconds: number }): void {
  console.log(`${clicks.all} clicks of ${readers} readers; ceiling ${ceiling.toFixed(4)}; ${seconds.toFixed(0)} s`);
  for (const kind of ['first', 'next', 'all'] as const) {
    console.log(`\n${kind} (${clicks[kind]} clicks), hit@10 and NDCG@10`);
    for (const [method, estimate] of Object.entries(figures[kind]))
      console.log(`  ${method.padEnd(16)} ${text(estimate)}`);
    console.log(`  served/fresh     ${text(servedOverFreshPopular[kind])}`);
  }
}

const text = ({ hitAt10, ndcgAt10 }: QualityEstimate): string =>
  [hitAt10, ndcgAt10]
    .map(({ value, low, high }) => `${value.toFixed(4)} (${low.toFixed(4)} to ${high.toFixed(4)})`)
    .join('  ');

main(command.parse().opts<Options>()).catch((error: unknown) => {
  if (error instanceof ClickLogError) command.error(`error: ${error.message}`);
  console.error(error);
  process.exitCode = 1;
});
