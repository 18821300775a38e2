/** The sets that the daily run would have published: the real trainer, once for each midnight (UTC), on the days before it. */
import { execFile } from 'node:child_process';
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { NightlySet, ServedClick } from '../../src/domain/asServed';
import { type Click, clickLine } from '../../src/domain/click';
import { popularPk, readerPk } from '../../src/domain/keys';
import { addDays, type RunDate, runDateOf, startOfDayMs } from '../../src/domain/runDate';
import { parseShardLine } from '../../src/domain/storedList';

const historyDays = 7;
const dayMs = 86_400_000;
const python = join(__dirname, '..', '..', '.venv', 'bin', 'python');

export interface NightlyInput {
  /** In the order of time. */
  readonly clicks: readonly ServedClick[];
  /** The first set is the one that is live then. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** From midnight to the publish of its set. */
  readonly publishMs: number;
  /** Empty; what is left in it is for the caller to remove. */
  readonly dir: string;
  readonly report: (line: string) => void;
}

export async function nightlySets({
  clicks,
  fromMs,
  untilMs,
  publishMs,
  dir,
  report,
}: NightlyInput): Promise<NightlySet[]> {
  const lastDay = runDateOf(untilMs - publishMs - dayMs);
  const sets: NightlySet[] = [];
  await writeLake(join(dir, 'lake'), clicks);
  const withClicks = new Set(await readdir(join(dir, 'lake')));
  for (let day = runDateOf(fromMs - publishMs - dayMs); day <= lastDay; day = addDays(day, 1)) {
    // A day without clicks publishes nothing: the set before it stays live.
    if (!withClicks.has(`dt=${day}`)) continue;
    const startedAtMs = Date.now();
    const learnedUntilMs = startOfDayMs(addDays(day, 1));
    const set = await train(dir, day);
    sets.push({ ...set, learnedUntilMs, servedFromMs: learnedUntilMs + publishMs });
    report(`trained on ${day} in ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
  }
  return sets;
}

const compress = promisify(gzip);
const decompress = promisify(gunzip);

/** One object an hour. */
async function writeLake(lake: string, clicks: readonly ServedClick[]): Promise<void> {
  for (let from = 0; from < clicks.length; ) {
    const hour = hourOf(clicks[from]);
    const lines: string[] = [];
    for (; from < clicks.length && hourOf(clicks[from]) === hour; from++) {
      const click = clicks[from];
      if (click !== undefined) lines.push(clickLine(asClick(click, from)));
    }
    const folder = join(lake, `dt=${hour.slice(0, 10)}`, `hr=${hour.slice(11)}`);
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'clicks.gz'), await compress(lines.join(''), { level: 1 }));
  }
}

const hourOf = (click: ServedClick | undefined): string =>
  new Date(click?.occurredAtMs ?? 0).toISOString().slice(0, 'YYYY-MM-DDTHH'.length);

function asClick({ userId, articleId, occurredAtMs }: ServedClick, number: number): Click {
  const occurred_at = new Date(occurredAtMs).toISOString();
  return { event_id: `e${number}`, user_id: userId, article_id: articleId, occurred_at };
}

async function train(dir: string, day: RunDate): Promise<Pick<NightlySet, 'popular' | 'listOf'>> {
  const optMl = join(dir, day);
  const channel = join(optMl, 'input', 'data', 'clicks', 'clicks');
  const config = join(optMl, 'input', 'config');
  for (const folder of [channel, config, ...['model', 'checkpoints', 'output/data'].map((name) => join(optMl, name))]) {
    await mkdir(folder, { recursive: true });
  }
  const present = new Set(await readdir(join(dir, 'lake')));
  for (let back = historyDays; back >= 0; back--) {
    const name = `dt=${addDays(day, -back)}`;
    if (present.has(name)) await cp(join(dir, 'lake', name), join(channel, name), { recursive: true });
  }
  const hyperparameters = {
    run_date: day,
    version: `${day}.01`,
    scope: 'quality',
    expires_at: '1',
    history_days: String(historyDays),
  };
  await writeFile(join(config, 'hyperparameters.json'), JSON.stringify(hyperparameters));
  const { PATH = '', HOME = '' } = process.env;
  try {
    await promisify(execFile)(python, ['-m', 'frontpage_trainer', 'train'], {
      env: { PATH, HOME, OPT_ML: optMl },
      maxBuffer: 64 * 1024 * 1024,
    });
  } catch (error) {
    const failure = await readFile(join(optMl, 'output', 'failure'), 'utf8').catch(() => 'no failure file');
    throw new Error(`the training of ${day} failed: ${failure}`, { cause: error });
  }
  const set = await readSet(join(optMl, 'model'));
  await rm(optMl, { recursive: true });
  return set;
}

async function readSet(model: string): Promise<Pick<NightlySet, 'popular' | 'listOf'>> {
  const lists = new Map<string, string>();
  for (const folder of ['recommendations', 'lists']) {
    for (const name of await readdir(join(model, folder))) {
      const text = (await decompress(await readFile(join(model, folder, name)))).toString();
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const { pk, articles } = parseShardLine(line);
        lists.set(pk, articles);
      }
    }
  }
  return {
    popular: (lists.get(popularPk) ?? '').split(' '),
    listOf: (userId) => lists.get(readerPk(userId))?.split(' '),
  };
}
