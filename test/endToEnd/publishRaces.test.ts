/** Runs and rollbacks that want the pointer at the same time, on a real Temporal, with a worker that dies on the way. */
import { randomUUID } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkflowFailedError } from '@temporalio/client';
import { rootFailure, startRun } from '../../src/clients/runs';
import { loadPipelineSettings } from '../../src/config';
import { dailyWorkflowId, type RollbackInput, type RollbackResult, taskQueue } from '../../src/contract';
import { runDateOfVersion } from '../../src/domain/version';
import type { DynamoDbCall } from '../chaos/faultyDynamoDb';
import { PublishHouse } from '../chaos/publishHouse';
import { modelOf, putSet, shardsOf, shardsOfSet } from '../chaos/publishSets';
import type { PublishSetInput } from '../chaos/publishWorkflow';
import { freshBucket, testAws } from '../support/aws';

const timeLimitMs = 120_000;

let house: PublishHouse;
beforeAll(async () => {
  const { endpoint } = testAws();
  house = await PublishHouse.start({
    dir: mkdtempSync(join(tmpdir(), 'frontpage-e2e-')),
    s3Endpoint: endpoint,
    dynamoDbEndpoint: endpoint,
    bucket: await freshBucket(),
    table: `races-${randomUUID()}`,
    seed: 1,
  });
}, timeLimitMs);
afterAll(() => house.end());
afterEach(() => {
  house.forWorker.intervene = () => undefined;
});

/** Whether the run moved the pointer, or the type of its failure. */
async function run(version: string): Promise<boolean | string> {
  const input: PublishSetInput = {
    model: modelOf(version),
    load: { maxUnitsPerSecond: 2_000, parallelism: 2 },
    evaluated: { ...(await putSet(house.lake, version)), shards: shardsOfSet },
  };
  return outcomeOf(
    house.client.workflow.execute<(set: PublishSetInput) => Promise<boolean>>('publishSet', {
      workflowId: `run-of-${version}`,
      taskQueue,
      workflowTaskTimeout: '3 seconds',
      args: [input],
    }),
  );
}

function rollBack(): Promise<RollbackResult | string> {
  return outcomeOf(
    house.client.workflow.execute<(input: RollbackInput) => Promise<RollbackResult>>('rollback', {
      workflowId: `rollback-${randomUUID()}`,
      taskQueue,
      workflowTaskTimeout: '3 seconds',
      args: [{ reason: 'bad lists' }],
    }),
  );
}

async function outcomeOf<T>(result: Promise<T>): Promise<T | string> {
  try {
    return await result;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return rootFailure(error).type;
  }
}

async function expectWholeSet(version: string): Promise<void> {
  const table = house.table();
  for (const lists of shardsOf(version)) {
    const found = new Map((await table.read(lists)).map((list) => [list.pk, list]));
    expect(lists.map(({ pk }) => found.get(pk))).toEqual(lists);
  }
}

interface HeldMove {
  /** When the first try has reached the table's door. */
  readonly there: Promise<void>;
  /** Lets it in, whatever became of its sender, and waits until it was answered. */
  release(): Promise<void>;
}

/** The first try of a move stays before the table until it is released; all tries after it get lost. */
function holdMove(isMeant: (call: DynamoDbCall) => boolean, then: () => void = () => undefined): HeldMove {
  let arrive = (): void => undefined;
  let release = (): void => undefined;
  const there = new Promise<void>((resolve) => {
    arrive = resolve;
  });
  const holdUntil = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  house.forWorker.intervene = (call) => {
    if (call.reason === undefined || !isMeant(call)) return undefined;
    if (isHeld) return 'lose';
    isHeld = true;
    arrive();
    then();
    return { holdUntil };
  };
  return {
    there,
    async release() {
      house.forWorker.intervene = () => undefined;
      release();
      await house.forWorker.whenQuiet();
    },
  };
}

const movesSince = (count: number): string[] => house.forWorker.moves.slice(count).map(({ version }) => version);

describe('F16: who wants the pointer at the same time as somebody else', () => {
  it(
    'of two runs of a day, each with a version of its own, loads its whole set, and whoever moves second has seen the first or fails',
    async () => {
      expect(await run('2026-01-01.01')).toBe(true);
      const before = house.forWorker.moves.length;
      const outcomes = await Promise.all([run('2026-01-02.01'), run('2026-01-02.02')]);
      await Promise.all(['2026-01-02.01', '2026-01-02.02'].map(expectWholeSet));
      expect(outcomes).toContain(true);
      expect(outcomes.every((outcome) => outcome === true || outcome === 'PublishConflict')).toBe(true);
      const moves = house.forWorker.moves.slice(before);
      expect(moves).toHaveLength(outcomes.filter((outcome) => outcome === true).length);
      const chain = ['2026-01-01.01', ...moves.map(({ version }) => version)];
      expect(moves.map(({ previous }) => previous)).toEqual(chain.slice(0, -1));
    },
    timeLimitMs,
  );

  it(
    'is a run whose worker died while its move was on the way: the move arrives after a later day is live, and loses',
    async () => {
      const before = house.forWorker.moves.length;
      const held = holdMove(
        ({ body }) => body.includes('2026-01-03.01'),
        () => house.killWorker(),
      );
      const zombie = run('2026-01-03.01');
      await held.there;
      expect(await run('2026-01-04.01')).toBe(true);
      await held.release();
      expect(await zombie).toBe('PublishConflict');
      expect(movesSince(before)).toEqual(['2026-01-04.01']);
      expect(await house.table().live()).toMatchObject({ version: '2026-01-04.01' });
    },
    timeLimitMs,
  );

  it(
    'is a rollback that was decided before a publish: it fails, and the new day stays live',
    async () => {
      const before = house.forWorker.moves.length;
      const held = holdMove(({ reason }) => reason === 'bad lists');
      const late = rollBack();
      await held.there;
      expect(await run('2026-01-05.01')).toBe(true);
      await held.release();
      expect(await late).toBe('PublishConflict');
      expect(movesSince(before)).toEqual(['2026-01-05.01']);
    },
    timeLimitMs,
  );

  it(
    'is one of two who start the run of a day by hand: the second joins the first',
    async () => {
      const runDate = runDateOfVersion('2026-01-06.01');
      const input = { runDate, settings: loadPipelineSettings({}) };
      const outcomes = await Promise.all([startRun(house.client, input), startRun(house.client, input)]);
      expect(outcomes.sort()).toEqual(['joined', 'started']);
      await house.client.workflow.getHandle(dailyWorkflowId(runDate)).terminate();
    },
    timeLimitMs,
  );
});
