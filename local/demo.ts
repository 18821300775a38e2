/**
 * `npm run demo`: the main job, end to end, on this machine. Prepares what is missing, starts the laptop cloud, brings a
 * day of clicks through the collector, runs the pipeline for it through its schedule with a Spot interruption in the
 * middle of training, and shows what readers are served. Exit code 1 comes with one sentence that says what to do.
 */
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startOfDayMs } from '../src/domain/runDate';
import { Cloud } from './cloud';
import { catalogued } from './demo/catalogued';
import type { ClickSource } from './demo/clickSource';
import { DemoFailed } from './demo/demoFailed';
import { type DemoOptions, readDemoOptions } from './demo/demoOptions';
import { lockFolder, readFilled } from './demo/demoState';
import { keepBeating } from './demo/keepBeating';
import { logId, openLog } from './demo/logSource';
import { newsroomSource } from './demo/newsroomSource';
import { playDay, showDay } from './demo/playDay';
import { portalSize } from './newsroom/newsroom';
import { prepare, repositoryRoot } from './prepare';

/** Ctrl-C, or a polite end from outside. */
class Interrupted extends Error {}

const dayMs = 86_400_000;
const startedAtMs = Date.now();

function say(line: string): void {
  const seconds = Math.floor((Date.now() - startedAtMs) / 1000);
  const clock = [Math.floor(seconds / 60), seconds % 60].map((part) => String(part).padStart(2, '0')).join(':');
  console.log(`${clock}  ${line}`);
}

/** Aborted, with the reason, when the demo must end before it is done. */
const end = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort(new Interrupted()));
const ended = new Promise<never>((_resolve, reject) => {
  end.signal.addEventListener('abort', () => reject(end.signal.reason));
});
ended.catch(() => undefined);

async function demo(options: DemoOptions): Promise<void> {
  prepare(say);
  const stateDir = join(repositoryRoot, '.frontpage', 'demo', `${options.date}-${inputId(options)}`);
  const unlock = lockFolder(stateDir, options.fresh);
  try {
    const source = catalogued(await openSource(options, stateDir), options.date, stateDir);
    say(`run date ${options.date}, clicks of ${source.title}`);
    const cloud = await startCloud(options, source, stateDir);
    try {
      await runOn(cloud, options, source, stateDir);
    } finally {
      say('stopping');
      await cloud.stop();
    }
  } finally {
    unlock();
  }
}

function startCloud(options: DemoOptions, source: ClickSource, stateDir: string): Promise<Cloud> {
  return Cloud.start(
    {
      stateDir,
      ports: options.port,
      settings: pipelineSettings(options, source),
      // What somebody reads on the portal is in the lake soon.
      bufferIntervalSeconds: 60,
      pages: true,
      ...(readFilled(stateDir) === undefined ? { clockMs: startOfDayMs(options.date) } : {}),
      heartbeatSeconds: 1,
      events: {
        restarted: (name) => say(`cloud: ${name} ended by itself and is started again`),
        lost: (name, logFile) =>
          end.abort(new DemoFailed(`${name} ended and cannot go on; see ${logFile}, then start again with --fresh`)),
      },
    },
    (line) => say(`cloud: ${line}`),
  );
}

async function runOn(cloud: Cloud, { date, keep }: DemoOptions, source: ClickSource, stateDir: string): Promise<void> {
  const environmentFile = relative('', join(stateDir, 'environment.sh'));
  const exports = Object.entries(cloud.environment).map(([name, value]) => `export ${name}='${value}'\n`);
  writeFileSync(environmentFile, exports.join(''));
  const client = await cloud.connectTemporal();
  const day = { runDate: date, source, cloud, client, stateDir, signal: end.signal, say };
  say(`portal: ${cloud.urls.serving}/  operator's page: ${cloud.urls.operator}/`);
  try {
    await showDay(day, await playDay(day));
    if (keep) {
      console.log(`\nFor the operator's commands:  . ${environmentFile} && npm run -s frontpage -- status ${date}`);
      console.log(`For a rollback on the operator's page the key is ${cloud.environment['OPERATOR_KEY']}.`);
      console.log('Everything goes on until Ctrl-C.');
      const titles = readFilled(stateDir)?.titles ?? {};
      const titleOf = (articleId: string): string | undefined => titles[articleId];
      const clockMs = (): Promise<number> => cloud.clockMs();
      await Promise.race([ended, keepBeating({ ...day, environment: cloud.environment, titleOf, clockMs })]);
      await ended;
    }
  } finally {
    await client.connection.close();
  }
}

/** Tells the input of this demo from every other one, in the name of the folder that keeps its state. */
function inputId({ clicks, seed, clicksPerDay, historyDays, election }: DemoOptions): string {
  if (clicks !== undefined) return logId(clicks);
  return `newsroom-${seed}-${clicksPerDay}-${historyDays}${election ? '-election' : ''}`;
}

async function openSource(options: DemoOptions, stateDir: string): Promise<ClickSource> {
  const { date: runDate, clicks, seed, clicksPerDay, historyDays, election } = options;
  if (clicks !== undefined) return openLog({ path: clicks, dir: join(stateDir, 'log'), runDate }, say);
  // A portal in small: as many clicks a reader and an article as in the large one.
  const scale = clicksPerDay / portalSize.clicksPerDay;
  return newsroomSource({
    runDate,
    seed,
    clicksPerDay,
    readers: Math.ceil(portalSize.readers * scale),
    articlesPerDay: Math.ceil(portalSize.articlesPerDay * scale),
    historyDays,
    election,
  });
}

/** The defaults of the product, but for a day that is looked at every second and may be long ago. */
function pipelineSettings({ date }: DemoOptions, source: ClickSource): object {
  const daysAgo = Math.ceil((Date.now() - startOfDayMs(date)) / dayMs);
  return {
    readiness: { waitLimitSeconds: 1800, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
    historyDays: Math.min(7, source.historyDays),
    retentionDays: 14 + daysAgo,
    training: { pollSeconds: 0.5 },
    load: { parallelism: 4 },
    // An emulator writes two hundred items a second, and the day must not wait for them.
    fresh: { keepMinutes: 180 + daysAgo * 24 * 60, maxNextLists: 200 },
  };
}

demo(readDemoOptions()).then(
  () => process.exit(0),
  (error: unknown) => {
    // Whatever broke off because the demo had to end, the reason of that end is what counts.
    const reason: unknown = end.signal.aborted ? end.signal.reason : error;
    if (reason instanceof Interrupted) process.exit(130);
    console.error(`demo: ${reason instanceof Error ? reason.message : String(reason)}`);
    process.exit(1);
  },
);
