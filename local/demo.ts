/**
 * `npm run demo`: the main job, end to end, on this machine. Prepares what is missing, starts the laptop cloud, brings a
 * day of clicks through the collector, runs the pipeline for it through its schedule with a Spot interruption in the
 * middle of training, and shows what readers are served.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createS3ObjectStore } from '../src/clients/objectStore.s3';
import { type RunView, viewRun } from '../src/clients/runs';
import { parseRunDate, type RunDate, startOfDayMs } from '../src/domain/runDate';
import { Cloud, type PortName, portNames } from './cloud';
import { postControl } from './control';
import { backfillDay, lastScheduledDay } from './demo/backfill';
import type { ClickSource } from './demo/clickSource';
import { exampleReaders, type Filled, lockFolder, readFilled, writeFilled } from './demo/demoState';
import { fillLake } from './demo/fillLake';
import { newsroomSource } from './demo/newsroomSource';
import { servedLists, summaryTable } from './demo/summary';
import { watchRun } from './demo/watchRun';
import { prepare, repositoryRoot } from './prepare';
import { bucket } from './resources';

/** A failure with one sentence that says what to do. */
class DemoFailed extends Error {
  override readonly name = 'DemoFailed';
}

interface DemoOptions {
  readonly date: RunDate;
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly clicks?: string;
  readonly seed: number;
  readonly readers: number;
  readonly clicksPerDay: number;
  readonly historyDays: number;
  readonly election: boolean;
  readonly port: Partial<Record<PortName, number>>;
}

/** The reclaim of the demo strikes in the middle of the second of three phases. */
const reclaim = { phase: 'evaluate', iteration: 8 };

const startedAtMs = Date.now();
function say(line: string): void {
  const seconds = Math.floor((Date.now() - startedAtMs) / 1000);
  const clock = `${String(Math.floor(seconds / 60)).padStart(2, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  console.log(`${clock}  ${line}`);
}

async function demo(options: DemoOptions, interrupted: Promise<never>): Promise<void> {
  prepare(say);
  const source = sourceOf(options);
  const stateDir = join(repositoryRoot, '.frontpage', 'demo', `${options.date}-${source.id}`);
  if (options.fresh) rmSync(stateDir, { recursive: true, force: true });
  const unlock = lockFolder(stateDir);
  let cloud: Cloud | undefined;
  try {
    say(`run date ${options.date}, clicks of ${source.title}`);
    let lose = (_reason: Error): void => undefined;
    const lost = new Promise<never>((_resolve, reject) => {
      lose = reject;
    });
    lost.catch(() => undefined);
    cloud = await Cloud.start(
      {
        stateDir,
        ports: options.port,
        settings: pipelineSettings(options, source),
        bufferIntervalSeconds: 300,
        heartbeatSeconds: 1,
        events: {
          restarted: (name) => say(`cloud: ${name} ended by itself and is started again`),
          lost: (name, logFile) =>
            lose(new DemoFailed(`${name} ended and cannot go on; see ${logFile}, then start again with --fresh`)),
        },
      },
      (line) => say(`cloud: ${line}`),
    );
    await Promise.race([runDay(cloud, source, options, stateDir), lost, interrupted]);
    if (options.keep) {
      console.log('\nEverything goes on until Ctrl-C.');
      await Promise.race([lost, interrupted]);
    }
  } finally {
    say('stopping');
    await cloud?.stop();
    unlock();
  }
}

async function runDay(cloud: Cloud, source: ClickSource, { date }: DemoOptions, stateDir: string): Promise<void> {
  const environmentFile = join(stateDir, 'environment.sh');
  writeFileSync(
    environmentFile,
    Object.entries(cloud.environment)
      .map(([name, value]) => `export ${name}='${value}'\n`)
      .join(''),
  );
  const client = await cloud.connectTemporal();
  try {
    let view = await viewRun(client, date);
    if (view?.state === 'completed') {
      say(`the run of ${date} is done already, nothing to do; --fresh starts over, --date takes another day`);
    } else {
      view = await fillAndRun(cloud, client, source, date, stateDir, view);
    }
    const filled = readFilled(stateDir);
    if (filled === undefined) throw new DemoFailed(`${stateDir} is damaged: start again with --fresh`);
    await show(cloud, view, filled);
    console.log(
      `\nTemporal UI   ${cloud.urls.ui}\nserving API   ${cloud.urls.serving}/v1/users/${filled.readers[0]}/recommendations`,
    );
    console.log(`environment   . ${environmentFile}   (for npm run frontpage -- status ${date})`);
  } finally {
    await client.connection.close();
  }
}

async function fillAndRun(
  cloud: Cloud,
  client: Client,
  source: ClickSource,
  runDate: RunDate,
  stateDir: string,
  earlier: RunView | undefined,
): Promise<RunView> {
  const sinceMs = Date.now();
  if (earlier?.state === 'running') say(`the run of ${runDate} goes on where it stood`);
  else {
    await postControl(cloud.urls.sagemaker, 'reclaims', reclaim);
    await backfillDay(client, cloud.environment, runDate);
    say(`schedule: the run of ${runDate} is started by a backfill of its nominal time`);
  }
  const [view] = await Promise.all([
    watchRun(client, runDate, sinceMs, say),
    readFilled(stateDir) === undefined ? fill(cloud, source, runDate, stateDir) : undefined,
  ]);
  if (view.state !== 'completed') {
    const { type, message } = view.failure ?? { type: view.state, message: 'no failure given' };
    throw new DemoFailed(
      `the run ended as ${view.state}: ${type}: ${message}. What was live stays live; start again with --fresh, or look at it with --keep`,
    );
  }
  return view;
}

async function fill(cloud: Cloud, source: ClickSource, runDate: RunDate, stateDir: string): Promise<void> {
  const day = await fillLake(
    source,
    runDate,
    {
      lake: createS3ObjectStore(bucket, cloud.aws),
      collectorUrl: cloud.urls.collector,
      firehoseUrl: cloud.urls.firehose,
    },
    {
      historyDay: (earlierDay, clicks) =>
        say(`lake: ${clicks.toLocaleString('en')} clicks of ${earlierDay}, put there directly`),
      hour: (hour, clicks) => {
        if (hour % 3 === 2)
          say(
            `collector: ${clicks.toLocaleString('en')} clicks taken up to ${String(hour + 1).padStart(2, '0')}:00 of ${runDate}`,
          );
      },
    },
  );
  const titles = [...day.articles].flatMap((id): [string, string][] => {
    const title = source.titleOf(id);
    return title === undefined ? [] : [[id, title]];
  });
  writeFilled(stateDir, {
    clicks: day.clicks,
    readers: exampleReaders(day.clicksOfReader),
    titles: Object.fromEntries(titles),
  });
}

async function show(cloud: Cloud, view: RunView, filled: Filled): Promise<void> {
  if (view.result !== undefined && view.result.outcome !== 'already published') {
    console.log(`\nThe run of ${view.runDate}: ${view.result.outcome}\n`);
    console.log(summaryTable(view.result.summary, filled.clicks).join('\n'));
  }
  console.log('\nWhat three readers are served\n');
  console.log((await servedLists(cloud.urls.serving, filled.readers, (id) => filled.titles[id])).join('\n'));
}

function sourceOf({ date, seed, readers, clicksPerDay, historyDays, election }: DemoOptions): ClickSource {
  return newsroomSource({
    runDate: date,
    seed,
    readers,
    clicksPerDay,
    articlesPerDay: Math.ceil(clicksPerDay / 65),
    historyDays,
    election,
  });
}

/** The defaults of the product, but for a day that is looked at every second and may be long ago. */
function pipelineSettings({ date }: DemoOptions, source: ClickSource): object {
  const daysAgo = Math.ceil((Date.now() - startOfDayMs(date)) / 86_400_000);
  return {
    readiness: { waitLimitSeconds: 1800, lookSeconds: 1, marginSeconds: 60 },
    historyDays: Math.min(7, source.historyDays),
    retentionDays: 14 + daysAgo,
    training: { pollSeconds: 0.5 },
    load: { parallelism: 4 },
  };
}

function dateOption(text: string): RunDate {
  const latest = lastScheduledDay(Date.now());
  let date: RunDate;
  try {
    date = parseRunDate(text);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
  if (date > latest) throw new InvalidArgumentError(`${date} has not had its run yet: the newest day is ${latest}`);
  return date;
}

function countOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number above 0');
  return value;
}

function portOption(text: string, ports: Partial<Record<PortName, number>> = {}): Partial<Record<PortName, number>> {
  const [asked, port] = text.split('=');
  const name = portNames.find((known) => known === asked);
  const number = Number(port);
  if (name === undefined || !Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new InvalidArgumentError(`give name=number, where the name is one of ${portNames.join(', ')}`);
  }
  return { ...ports, [name]: number };
}

function parseOptions(): DemoOptions {
  const command = new Command('demo')
    .description('The main job, end to end, on this machine.')
    .addOption(
      new Option('--date <YYYY-MM-DD>', 'run date, UTC').argParser(dateOption).default(lastScheduledDay(Date.now())),
    )
    .option('--keep', 'leave everything running until Ctrl-C', false)
    .option('--fresh', 'forget what an earlier demo of this day left', false)
    .option('--seed <n>', 'another seed, another newsroom', countOption, 42)
    .option('--readers <n>', 'readers of the newsroom', countOption, 60_000)
    .option('--clicks-per-day <n>', 'clicks on an average day', countOption, 100_000)
    .option('--history-days <n>', 'days before the run date', countOption, 3)
    .option('--election', 'make the evening of the run date an election night', false)
    .option(
      '--port <name=number>',
      `a fixed port instead of a free one; may be repeated (${portNames.join(', ')})`,
      portOption,
      {},
    )
    .parse();
  return command.opts<DemoOptions>();
}

const interruption = new Promise<never>((_resolve, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => reject(new Interrupted()));
  }
});
interruption.catch(() => undefined);

class Interrupted extends Error {}

demo(parseOptions(), interruption).then(
  () => process.exit(0),
  (error: unknown) => {
    if (error instanceof Interrupted) process.exit(130);
    console.error(`demo: ${error instanceof Error ? error.message : String(error)}`);
    process.exit(1);
  },
);
