/**
 * The five bad mornings of docs/runbook.md, on the laptop cloud: what the operator is told first, what she looks at and what
 * she orders, by the real command with its exit codes, and what readers are served at the end. The mornings follow one another in one
 * cloud, and what takes minutes goes on beside what comes before it.
 */
import { DynamoDBClient, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { z } from 'zod';
import { table } from '../../local/resources';
import { createCloudWatchServingMetrics } from '../../src/clients/servingMetrics.cloudwatch';
import { minuteMs } from '../../src/domain/durations';
import { clicksHourPrefix, loadedVersionPrefix, popularPk, versionSk } from '../../src/domain/keys';
import { addDays } from '../../src/domain/runDate';
import { OperatorsHouse, usualSettings } from './operatorsHouse';
import { runDate as stuckDay } from './slice';

const timeLimitMs = 300_000;
const recordSchema = z.object({ items: z.number() });
/** In this order: a later day that is live keeps an earlier one from being published. */
const droughtDay = addDays(stuckDay, -5);
const badDay = addDays(stuckDay, -4);
const lateDay = addDays(stuckDay, -3);
const rejectedDay = addDays(stuckDay, -2);
const throttledDay = addDays(stuckDay, -1);

let house: OperatorsHouse;
/** Of the hour that is late: the objects of the lake, by their keys. */
const heldBack = new Map<string, Buffer>();

beforeAll(async () => {
  house = await OperatorsHouse.start();
  const { lake } = house.slice;
  for (const { key } of await lake.list(clicksHourPrefix(lateDay, 12))) {
    heldBack.set(key, (await lake.get(key)) ?? Buffer.alloc(0));
    await lake.remove(key);
  }
  // Somebody is told after a minute of waiting, which passes while the first morning goes on.
  await house.frontpage('start', lateDay);
}, timeLimitMs);

afterEach(async () => {
  await house.trainingControl('clear', {});
  house.admitWrites();
  house.dynamodb.intervene = () => undefined;
  house.set({});
});

afterAll(async () => {
  await house?.stop();
}, 60_000);

it(
  'Spot drought: the training goes on at full price, somebody is told, nobody need do anything, and the set is in time',
  async () => {
    house.set({
      ladder: [
        { instanceType: 'ml.m5.xlarge', market: 'spot' },
        { instanceType: 'ml.m5.xlarge', market: 'on-demand' },
      ],
      // Spot is waited for ten seconds or so; two and a half minutes are left then.
      deadline: { hoursAfterStart: 175 / 3600, launchSeconds: 10, workSeconds: 60, publishSeconds: 60 },
    });
    await house.trainingControl('droughts', { forSeconds: 600 });
    await house.frontpage('start', droughtDay);

    expect(await house.whenTold(`warning: the training goes on at the price of on demand (${droughtDay})`)).toBe(
      `*warning: the training goes on at the price of on demand (${droughtDay})*\n` +
        'The attempt before ended as moved-on (deadline); the training continues on ml.m5.xlarge on-demand.\n' +
        '<docs/runbook.md#escalated-to-on-demand|What to do>',
    );
    expect(await house.frontpage('watch', droughtDay)).toMatchObject({
      code: 0,
      text: expect.stringContaining('; published'),
    });

    const found = await house.frontpage('runs', '--since', droughtDay, '--market', 'on-demand');
    expect(found).toEqual({ code: 0, text: expect.stringMatching(/ml\.m5\.xlarge on-demand/) });
    expect(found.text).toContain(droughtDay);
    expect(found.text).not.toContain(lateDay);
    const { version, trainingAttempts } = await house.slice.whenPublished(droughtDay);
    expect(trainingAttempts).toMatchObject([
      { market: 'spot', outcome: 'moved-on', billableSeconds: 0 },
      { market: 'on-demand', outcome: 'completed' },
    ]);
    // The alert that the deadline has passed is raised at the deadline, unless a set is live by then.
    expect(house.alerts.filter((text) => text.includes('the deadline has passed'))).toEqual([]);
    await house.whenServed(version);
  },
  timeLimitMs,
);

it(
  'bad model published: serving does worse than before, so the run takes readers back by itself, says so, and fails',
  async () => {
    const live = (await house.page())?.version ?? '';
    const bad = `${badDay}.01`;
    // As all serving processes together have told of a quiet minute before; from here on this cloud's own one tells.
    const metrics = createCloudWatchServingMetrics(table, house.slice.cloud.aws);
    await metrics.add({ answers: 300, unavailable: 0, empty: 0, degraded: 0 }, Date.now() - 10 * minuteMs);
    house.set({ publish: { watchSeconds: 280 } });
    // After the load is verified and before the pointer moves, somebody empties the list of all who have none of their own.
    house.dynamodb.intervene = ({ operation, reason }) =>
      operation === 'PutItem' && reason === 'published by the daily run'
        ? { holdUntil: emptyPopularList(bad) }
        : undefined;
    await house.frontpage('start', badDay);
    await house.whenServed(bad);
    expect((await house.page())?.articles).toEqual([]);

    // The watch takes two minutes, in which the candidate of another morning is refused.
    await startRefused();
    const over = house.whenOver(badDay);
    const told = await house.whenTold(`urgent: readers were taken back to an earlier set (${badDay})`, () =>
      house.page(),
    );
    expect(told).toMatch(
      new RegExp(
        `^Readers are back at ${live}, from ${bad}: empty answers: [0-9.]+ % after the publish, 0.0 % before$`,
        'm',
      ),
    );
    expect((await over).state).toBe('failed');
    expect(await house.frontpage('watch', badDay)).toEqual({
      code: 3,
      text: expect.stringContaining('PublishRolledBack: '),
    });
    expect((await house.frontpage('versions')).text).toMatch(new RegExp(`^\\* ${live} `, 'm'));
    await house.whenServed(live);
    expect((await house.page())?.articles.length).toBeGreaterThan(0);
  },
  timeLimitMs,
);

it(
  'data late: somebody is told which hour is missing, and once it is there the run goes on by itself and is not degraded',
  async () => {
    expect(await house.whenTold(`warning: the run still waits for the clicks of its day (${lateDay})`)).toMatch(
      /^Waiting since .*Z, until .*Z at most: .*missing hours 12.*\.$/m,
    );
    const status = await house.frontpage('status', lateDay);
    expect(status.code).toBe(0);
    expect(status.text).toContain(`run ${lateDay}: running, waiting for clicks\n`);
    expect(status.text).toContain('23 of 24 hours have objects; missing hours 12');
    expect(status.text).toMatch(/^ {2}00 .* 12 +0 +0 B {2}missing$/m);

    for (const [key, body] of heldBack) await house.slice.lake.put(key, body, { contentEncoding: 'gzip' });
    expect((await house.frontpage('watch', lateDay)).code).toBe(0);
    const summary = await house.slice.whenPublished(lateDay);
    expect(summary.degraded).toBeUndefined();
    expect(await house.whenTold(`notice: a new set is live (${lateDay})`)).not.toContain('degraded');
    await house.whenServed(summary.version);
  },
  timeLimitMs,
);

it(
  'model rejected: the alert and the report name the check, what is live stays live, and after a change of settings the same training is judged anew',
  async () => {
    expect(await house.whenTold(`urgent: the candidate was rejected (${rejectedDay})`)).toMatch(
      /^What is live stays live: .*recall@10 against the floor: 0\.\d+ is below 0\.9900/m,
    );
    expect(await house.frontpage('watch', rejectedDay)).toEqual({
      code: 3,
      text: expect.stringContaining('ModelRejected: '),
    });
    const report = await house.frontpage('report', rejectedDay);
    expect(report.code).toBe(3);
    expect(report.text).toContain('recall@10 against the floor');
    expect((await house.page())?.version).toBe(`${lateDay}.01`);

    house.set({});
    await house.frontpage('start', rejectedDay);
    const { version, trainingAttempts } = await house.slice.whenPublished(rejectedDay);
    expect(trainingAttempts).toHaveLength(1);
    expect(await house.jobsOf(rejectedDay)).toHaveLength(1);
    await house.whenServed(version);
  },
  timeLimitMs,
);

it(
  'DynamoDB throttled for a while: the load waits and says how far it is, and goes on by itself when the table takes writes again',
  async () => {
    house.admitWrites(8);
    await house.frontpage('start', throttledDay);
    await house.whenThrottled(throttledDay);
    const status = await house.frontpage('status', throttledDay);
    expect(status.code).toBe(0);
    expect(status.text).toContain(`run ${throttledDay}: running, loading\n`);
    expect(status.text).toMatch(/^ {2}[1-9]\d* items loaded$/m);

    house.admitWrites();
    const { version } = await house.slice.whenPublished(throttledDay);
    await house.whenServed(version);
    expect(house.alerts.filter((text) => text.includes(throttledDay) && !text.startsWith('*notice'))).toEqual([]);
  },
  timeLimitMs,
);

it(
  'DynamoDB throttled with no end: the operator ends the run, nothing is half live, and a start goes on with what was loaded',
  async () => {
    const live = (await house.page())?.version;
    house.admitWrites(16);
    await house.frontpage('start', stuckDay);
    await house.whenThrottled(stuckDay);
    const cancelled = await house.frontpage('cancel', stuckDay, '--yes');
    expect(cancelled).toEqual({ code: 0, text: expect.stringContaining(`the run of ${stuckDay} is over: cancelled`) });
    expect((await house.page())?.version).toBe(live);
    const kept = await itemsOnRecord(`${stuckDay}.01`);
    expect(kept).toBeGreaterThan(100);

    house.admitWrites();
    const before = house.batchesWritten;
    await house.frontpage('start', stuckDay);
    const { version, itemsLoaded } = await house.slice.whenPublished(stuckDay);
    // A shard may end in a batch that is not full.
    expect(house.batchesWritten - before).toBeLessThanOrEqual(Math.ceil((itemsLoaded - kept) / 25) + 3);
    expect(await house.jobsOf(stuckDay)).toHaveLength(1);
    await house.whenServed(version);
  },
  timeLimitMs,
);

it(
  'bad model published: the operator takes readers back by hand, who are served the version before, and forth again',
  async () => {
    const versions = await house.frontpage('versions');
    expect(versions.code).toBe(0);
    const [, live = ''] = /^\* (\S+) /m.exec(versions.text) ?? [];
    const before = `${throttledDay}.01`;
    expect(live).toBe(`${stuckDay}.01`);
    expect(versions.text).toContain(`  ${before}  `);

    expect(await house.frontpage('rollback', '--reason', 'sports only')).toMatchObject({ code: 2 });
    expect((await house.page())?.version).toBe(live);
    expect(await house.frontpage('rollback', '--reason', 'sports only', '--yes')).toEqual({
      code: 0,
      text: `live: ${before} (was ${live})\n`,
    });
    await house.whenServed(before);
    expect(await house.whenTold(`urgent: readers were taken back to an earlier set (${stuckDay})`)).toContain(
      `Readers are back at ${before}, from ${live}: sports only`,
    );
    // The version before is now the one that was wrong: nobody is taken there by chance.
    expect(await house.frontpage('rollback', '--reason', 'once more', '--yes')).toMatchObject({ code: 1 });
    expect((await house.page())?.version).toBe(before);
    await house.frontpage('rollback', live, '--reason', 'it was the page, not the set', '--yes');
    await house.whenServed(live);
  },
  timeLimitMs,
);

/** A gate that no candidate passes. */
async function startRefused(): Promise<void> {
  house.set({ gate: { ...usualSettings.gate, recallFloor: 0.99 } });
  await house.frontpage('start', rejectedDay);
}

/** Of the shards that are known to be wholly in the table. */
async function itemsOnRecord(version: string): Promise<number> {
  const { lake } = house.slice;
  let items = 0;
  for (const { key } of await lake.list(loadedVersionPrefix(version))) {
    items += recordSchema.parse(JSON.parse((await lake.get(key))?.toString('utf8') ?? 'null')).items;
  }
  return items;
}

/** Straight in the table, as no activity of the pipeline would. */
async function emptyPopularList(version: string): Promise<void> {
  const dynamodb = new DynamoDBClient(house.slice.cloud.aws);
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: table,
      Key: { pk: { S: popularPk }, sk: { S: versionSk(version) } },
      UpdateExpression: 'SET articles = :none',
      ExpressionAttributeValues: { ':none': { S: '' } },
    }),
  );
  dynamodb.destroy();
}
