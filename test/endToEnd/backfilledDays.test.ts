/**
 * Two past days by the operator's own commands: backfilled without a reader seeing anything, then one of them made live from
 * what the backfill has left, and its interactions made anew, equal to the byte.
 */
import { once } from 'node:events';
import { z } from 'zod';
import { table } from '../../local/resources';
import { createDynamoDbRecommendationTable } from '../../src/clients/recommendationTable.dynamodb';
import { interactionsKey } from '../../src/domain/keys';
import { addDays } from '../../src/domain/runDate';
import { runProgram } from '../support/runProgram';
import { runDate, Slice } from './slice';

const timeLimitMs = 400_000;
const dayBefore = addDays(runDate, -1);
const settings = {
  readiness: {
    ...{ waitLimitSeconds: 280, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
    ...{ metricGraceSeconds: 3, quietWithoutMetricSeconds: 3 },
  },
  historyDays: 1,
  training: { pollSeconds: 0.2, hyperparameters: { factors: '8', iterations: '5', readers_per_shard: '1000' } },
  gate: { minEvaluationReaders: 20, recallFloor: 0.001, popularityMargin: 0.5 },
  load: { maxUnitsPerSecond: 2000, parallelism: 2 },
};
const backfilled = z.object({ done: z.array(z.object({ runDate: z.string(), outcome: z.string() })) });
const rebuilt = z.object({ days: z.number(), jobName: z.string() });
const jobsState = z.object({ jobs: z.array(z.object({ name: z.string() })) });

let slice: Slice | undefined;

afterEach(async () => {
  await slice?.stop();
  slice = undefined;
}, 60_000);

/** What `frontpage` prints into a pipe. */
async function frontpage(cloud: Slice['cloud'], ...args: string[]): Promise<unknown> {
  const program = runProgram('src/cli.ts', cloud.environment, args);
  const [code] = await once(program.child, 'close');
  if (code !== 0) throw new Error(`frontpage ${args.join(' ')} ended with ${code}: ${program.output()}`);
  return JSON.parse(program.output());
}

it(
  'past days are backfilled unseen, a later start keeps what they have made, and interactions come anew from clicks',
  async () => {
    slice = await Slice.start({ settings });
    const { cloud, lake } = slice;
    await slice.fill();
    const register = createDynamoDbRecommendationTable(table, cloud.aws);

    const { done } = backfilled.parse(await frontpage(cloud, 'backfill', dayBefore, runDate));
    expect(done).toEqual([
      { runDate: dayBefore, outcome: 'not published' },
      { runDate, outcome: 'not published' },
    ]);
    expect([await register.live(), await register.versions()]).toEqual([undefined, []]);
    expect(await slice.listsOfTable(`${runDate}.01`)).toEqual(new Map());
    const interactions = await lake.get(interactionsKey(runDate));
    expect(interactions?.length).toBeGreaterThan(1000);
    expect(await lake.get(interactionsKey(dayBefore))).toBeDefined();

    await frontpage(cloud, 'start', runDate);
    const { version, trainingAttempts, itemsLoaded } = await slice.whenPublished();
    expect(await register.live()).toMatchObject({ version });
    const [job] = trainingAttempts;
    expect(await slice.listsOfTable(version)).toEqual(await slice.listsOfShards(job?.jobName ?? ''));
    expect(itemsLoaded).toBeGreaterThan(1000);
    expect(await jobNames(cloud)).toHaveLength(2);

    expect(await frontpage(cloud, 'report', runDate)).toMatchObject({ outcome: 'published', summary: { version } });

    await lake.remove(interactionsKey(runDate));
    const made = rebuilt.parse(await frontpage(cloud, 'rebuild-interactions', runDate));
    expect(made.days).toBe(1);
    expect(made.jobName).not.toBe(job?.jobName);
    expect((await lake.get(interactionsKey(runDate)))?.equals(interactions ?? Buffer.alloc(0))).toBe(true);
    expect(await register.live()).toMatchObject({ version });
  },
  timeLimitMs,
);

/** Every job that was ever made. */
async function jobNames(cloud: Slice['cloud']): Promise<string[]> {
  const answer = await fetch(`${cloud.urls.sagemaker}/_control/state`);
  return jobsState.parse(await answer.json()).jobs.map(({ name }) => name);
}
