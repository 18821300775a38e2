/**
 * A day that will never be whole, by the operator's own commands: the run waits for the hour that is missing, shows it,
 * goes on when it is told to, and says in all it leaves behind that it did. The objects that are there are packed as
 * Firehose may pack them: in several parts, in several gzip members, some of them twice.
 */
import { once } from 'node:events';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { postControl } from '../../local/control';
import { clicksHourPrefix, reportKey } from '../../src/domain/keys';
import { runProgram } from '../support/runProgram';
import { runDate, Slice } from './slice';

const timeLimitMs = 300_000;
const ackSchema = z.object({ ack: z.string().optional() });
const settings = {
  readiness: { waitLimitSeconds: 280, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
  historyDays: 1,
  training: {
    pollSeconds: 0.2,
    hyperparameters: {
      factors: '8',
      iterations: '5',
      readers_per_shard: '1000',
    },
  },
  gate: { minEvaluationReaders: 20, recallFloor: 0.001, popularityMargin: 0.5 },
  load: { maxUnitsPerSecond: 2000, parallelism: 2 },
};
let slice: Slice | undefined;

afterEach(async () => {
  await slice?.stop();
  slice = undefined;
}, 60_000);

/** What `frontpage` prints, run as operators run it. */
async function frontpage(cloud: Slice['cloud'], ...args: string[]): Promise<string> {
  const program = runProgram('src/cli.ts', cloud.environment, [...args, '--human']);
  const [code] = await once(program.child, 'close');
  if (code !== 0) throw new Error(`frontpage ${args.join(' ')} ended with ${code}: ${program.output()}`);
  return program.output();
}

/** Takes the hour's objects out of the lake; answers how many acknowledged clicks they held. */
async function loseHour({ lake }: Slice, hour: number): Promise<number> {
  const acks = new Set<string>();
  for (const { key } of await lake.list(clicksHourPrefix(runDate, hour))) {
    const lines = gunzipSync((await lake.get(key)) ?? '')
      .toString('utf8')
      .split('\n');
    for (const line of lines.filter((text) => text !== '')) {
      const { ack } = ackSchema.parse(JSON.parse(line));
      if (ack !== undefined) acks.add(ack);
    }
    await lake.remove(key);
  }
  return acks.size;
}

it(
  'F6: a day with a missing hour waits and shows it, and once an operator says proceed it is published and marked as degraded',
  async () => {
    slice = await Slice.start({ settings });
    const { cloud } = slice;
    for (const fault of ['several-objects', 'several-gzip-members', 'duplicate-delivery']) {
      await postControl(cloud.urls.firehose, 'faults', {
        fault,
        objects: fault === 'duplicate-delivery' ? 20 : 10_000,
      });
    }
    const day = await slice.fill();
    const missing = await loseHour(slice, 12);
    expect(missing).toBeGreaterThan(0);

    expect(await frontpage(cloud, 'start', runDate)).toBe(`run ${runDate} started\n`);
    await slice.when(({ readiness }) => readiness?.waitingFor.includes('missing hours 12') ?? false);
    const waiting = await frontpage(cloud, 'status', runDate);
    expect(waiting).toContain(`run ${runDate}: running, waiting for clicks\n`);
    expect(waiting).toContain('23 of 24 hours have objects; missing hours 12');
    expect(waiting).toMatch(/^ {2}00 .* 12 +0 +0 B {2}missing$/m);

    expect(await frontpage(cloud, 'proceed', runDate, '--by', 'the desk', '--reason', 'noon is lost')).toBe(
      `run ${runDate} goes on with the clicks that are there\n`,
    );
    const degraded = { reason: 'proceeded by the desk: noon is lost', missingHours: [12] };
    const summary = await slice.whenPublished();
    expect(summary).toMatchObject({
      degraded,
      clicks: { malformed: 0 },
      ledger: { acknowledged: day.clicks, found: day.clicks - missing },
    });
    expect(summary.clicks.duplicates).toBeGreaterThan(0);

    const report: unknown = JSON.parse((await slice.lake.get(reportKey(runDate)))?.toString('utf8') ?? 'null');
    expect(report).toMatchObject({ outcome: 'published', summary: { degraded } });
    expect(await frontpage(cloud, 'status', runDate)).toContain(
      '  DEGRADED: proceeded by the desk: noon is lost; missing hours 12\n',
    );
    await slice.letReadersAsk();
    const served = await fetch(`${cloud.urls.serving}/v1/users/anybody/recommendations`);
    expect(await served.json()).toMatchObject({ version: summary.version });
  },
  timeLimitMs,
);
