/** What comes after a publish: the watch over serving, with the way back, and the sweep of old versions. */
import { heartbeat, sleep } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import type { Activities, DailyInput, LiveVersion, MoveLiveInput } from '../../src/contract';
import { addDays } from '../../src/domain/runDate';
import type { ServingHealth } from '../../src/domain/servingHealth';
import { failure, failureIn } from '../../src/failures';
import { dailyRecommendations, versionsSweep } from '../../src/workflows';
import { statusQuery } from '../../src/workflows/runStatus';
import { activitiesOf, dailyInput, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

const watched: DailyInput = { ...dailyInput, settings: { ...dailyInput.settings, publish: { watchSeconds: 600 } } };
const yesterday: LiveVersion = {
  version: '2026-11-22.01',
  runDate: addDays(runDate, -1),
  since: '2026-11-23T04:00:00Z',
};
const published: LiveVersion = {
  version: '2026-11-23.01',
  runDate,
  since: '2026-11-24T04:00:00.000Z',
  previous: yesterday.version,
};
const worse: ServingHealth = { verdict: 'worse', answers: 900, found: ['empty answers: 80.0 % after, 0.1 % before'] };
const found = 'empty answers: 80.0 % after, 0.1 % before';

/** The pointer as the run meets it: before its publish, right after it, and when it thinks of going back. */
function pointerOf(after: LiveVersion | null = published, later: LiveVersion | null = after): Activities['readLive'] {
  let looks = 0;
  return async () => {
    looks += 1;
    return looks <= 2 ? yesterday : looks === 3 ? after : later;
  };
}

async function start(overrides: Partial<Activities>, input: DailyInput = watched) {
  const moves: MoveLiveInput[] = [];
  const { activities, trace } = activitiesOf({
    readLive: pointerOf(),
    rollBack: async (move) => {
      moves.push(move);
    },
    ...overrides,
  });
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(dailyRecommendations, {
    workflowId: `after-publish-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [input],
  });
  return { handle, trace, moves };
}

async function run(overrides: Partial<Activities>, input: DailyInput = watched) {
  const started = await start(overrides, input);
  const result = await started.handle.result().catch((error: unknown) => {
    if (!(error instanceof WorkflowFailedError)) throw error;
    return failureIn(error);
  });
  return { ...started, result };
}

describe('a run that watches serving after its publish', () => {
  it('ends as published where serving is as before, from the time at which its set became live', async () => {
    const asked: unknown[] = [];
    const { result, trace } = await run({
      watchServing: async (input) => {
        asked.push(input);
        return { verdict: 'as before', answers: 5200 };
      },
    });
    expect(asked).toEqual([{ publishedAtMs: Date.parse('2026-11-24T04:00:00.000Z'), watchSeconds: 600 }]);
    const watch = { health: { verdict: 'as before', answers: 5200 } };
    expect(result).toMatchObject({ outcome: 'published', summary: { watch } });
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { watch } }]);
    expect(trace.calls).not.toContain('rollBack');
  });

  it('takes readers back where serving does worse, says why, and shows as failed with a whole report', async () => {
    const { result, trace, moves, handle } = await run({ watchServing: async () => worse });
    expect(moves).toEqual([
      { from: published, toVersion: '2026-11-22.01', reason: `rolled back by the daily run: ${found}` },
    ]);
    expect(result).toMatchObject({
      type: 'PublishRolledBack',
      message: `serving did worse after 2026-11-23.01 was published, so readers are back at 2026-11-22.01: ${found}`,
    });
    const watch = { health: worse, reaction: { kind: 'rolled back', to: '2026-11-22.01' } };
    expect(trace.reports).toMatchObject([
      { outcome: 'rolled back', summary: { version: '2026-11-23.01', itemsLoaded: 100_008, watch } },
    ]);
    expect(await handle.query(statusQuery)).toMatchObject({ stage: 'done', watch });
  });

  it('does nothing where nothing is known of serving, and says so', async () => {
    const health: ServingHealth = { verdict: 'unknown', why: '0 answers are known of since the publish' };
    const { result, trace } = await run({ watchServing: async () => health });
    expect(result).toMatchObject({ outcome: 'published', summary: { watch: { health } } });
    expect(trace.calls).not.toContain('rollBack');
  });

  it.each<[string, LiveVersion, string]>([
    [
      'to another version',
      { ...yesterday, since: '2026-11-24T04:05:00Z' },
      'somebody has moved the pointer since, to 2026-11-22.01',
    ],
    [
      'away and back to this very version',
      { ...published, since: '2026-11-24T04:05:00Z' },
      'somebody has moved the pointer since, to 2026-11-23.01',
    ],
  ])('leaves a pointer alone that an operator has moved %s meanwhile', async (_where, later, why) => {
    const { result, trace } = await run({ watchServing: async () => worse, readLive: pointerOf(published, later) });
    const watch = { health: worse, reaction: { kind: 'left alone', why } };
    expect(result).toMatchObject({ outcome: 'published', summary: { watch } });
    expect(trace.calls).not.toContain('rollBack');
  });

  it.each([
    ['PublishConflict', 'the live pointer stands at 2026-11-21.01', 'somebody has moved the pointer since'],
    [
      'VersionNotKept',
      'version 2026-11-22.01 is not in the table any more',
      'version 2026-11-22.01 is not in the table any more',
    ],
  ] as const)('leaves it alone when the way back is refused as %s', async (type, message, why) => {
    const { result } = await run({
      watchServing: async () => worse,
      rollBack: async () => {
        throw failure(type, message);
      },
    });
    expect(result).toMatchObject({
      outcome: 'published',
      summary: { watch: { health: worse, reaction: { kind: 'left alone', why } } },
    });
  });

  it('cannot go back from the first publish of all, and says so', async () => {
    const { previous: _none, ...first } = published;
    const { result, trace } = await run({ watchServing: async () => worse, readLive: pointerOf(first) });
    expect(result).toMatchObject({
      outcome: 'published',
      summary: { watch: { reaction: { kind: 'left alone', why: 'no version was live before' } } },
    });
    expect(trace.calls).not.toContain('rollBack');
  });

  it('watches nothing of a set that was rolled back at once', async () => {
    const { result, trace } = await run({ readLive: pointerOf(yesterday) });
    expect(result).toMatchObject({
      outcome: 'published',
      summary: { watch: { health: { verdict: 'unknown', why: 'somebody moved the pointer right after the publish' } } },
    });
    expect(trace.calls).not.toContain('watchServing');
  });

  it('ends as published when the metrics never answer, within ten minutes of the end of the watch', async () => {
    const { result, trace } = await run({
      watchServing: async () => {
        throw new Error('CloudWatch refuses');
      },
    });
    expect(result).toMatchObject({ outcome: 'published', summary: { watch: { health: { verdict: 'unknown' } } } });
    expect(trace.calls.filter((name) => name === 'watchServing').length).toBeGreaterThan(1);
    expect(trace.calls).not.toContain('rollBack');
  });

  it('watches nothing unless it is told to, nor where a later day stayed live', async () => {
    const { trace } = await run({}, dailyInput);
    expect(trace.calls).not.toContain('watchServing');
    const newer = { ...yesterday, version: '2026-11-24.01', runDate: addDays(runDate, 1) };
    const kept = await run({ readLive: async () => newer });
    expect(kept.result).toMatchObject({ outcome: 'kept newer' });
    expect(kept.trace.calls).not.toContain('watchServing');
    expect(kept.trace.calls).not.toContain('planSweep');
  });
});

describe('a run that sweeps after its publish', () => {
  const doomed = ['2026-11-19.01', '2026-11-20.01'];

  it('removes one version after the other, oldest first, at the rate of its settings, and reports it', async () => {
    const asked: unknown[] = [];
    const { result } = await run(
      {
        planSweep: async (input) => {
          asked.push(input);
          return { kept: ['2026-11-23.01', '2026-11-22.01'], doomed };
        },
        sweepVersion: async (input) => {
          asked.push(input);
          return { version: input.version, outcome: 'removed', lists: 7 };
        },
      },
      { ...dailyInput, settings: { ...dailyInput.settings, sweep: { keepVersions: 2, maxUnitsPerSecond: 500 } } },
    );
    expect(asked).toEqual([{ keepVersions: 2 }, ...doomed.map((version) => ({ version, maxUnitsPerSecond: 500 }))]);
    expect(result).toMatchObject({
      outcome: 'published',
      summary: {
        sweep: {
          kept: ['2026-11-23.01', '2026-11-22.01'],
          swept: doomed.map((version) => ({ version, outcome: 'removed', lists: 7 })),
        },
      },
    });
  });

  it('has published also when the sweep fails for good, and says so in its report', async () => {
    const { result, trace } = await run({
      sweepVersion: async () => {
        throw failure('LoadThrottled', 'the table has refused an item for 600 seconds');
      },
    });
    const sweep = { failed: 'the table has refused an item for 600 seconds' };
    expect(result).toMatchObject({ outcome: 'published', summary: { sweep } });
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { sweep } }]);
    expect(trace.calls.filter((name) => name === 'sweepVersion')).toHaveLength(20);
  });

  it('has published also when it is cancelled while it sweeps, and its report is written', async () => {
    const { handle, trace } = await start({
      sweepVersion: async () => {
        for (;;) {
          heartbeat({});
          await sleep(50);
        }
      },
    });
    while (!trace.calls.includes('sweepVersion')) await new Promise((resolve) => setTimeout(resolve, 20));
    await handle.cancel();
    const sweep = { failed: 'the run was cancelled' };
    expect(await handle.result()).toMatchObject({ outcome: 'published', summary: { sweep } });
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { sweep } }]);
  });

  it('sweeps nothing under settings that know of no sweep', async () => {
    const { sweep: _none, ...settings } = dailyInput.settings;
    const { trace, result } = await run({}, { ...dailyInput, settings });
    expect(result).toMatchObject({ outcome: 'published' });
    expect(trace.calls).not.toContain('planSweep');
  });

  it('loads nothing that is being removed, and fails when that does not end', async () => {
    const { result, trace } = await run({
      holdVersion: async () => {
        throw failure('VersionBeingSwept', 'version 2026-11-23.01 is being removed from the table');
      },
    });
    expect(result).toMatchObject({ type: 'VersionBeingSwept' });
    expect(trace.calls).not.toContain('loadShards');
    expect(trace.reports).toMatchObject([{ outcome: 'failed', failedStage: 'loading' }]);
  });
});

describe('the sweep of an operator', () => {
  it('tells what stayed and what became of the rest, and fails when it fails', async () => {
    const runSweep = (overrides: Partial<Activities>) => {
      testbed.use(activitiesOf(overrides).activities);
      return testbed.env.client.workflow.execute(versionsSweep, {
        workflowId: `sweep-${++counter}`,
        taskQueue: testbed.taskQueue,
        args: [{ settings: { keepVersions: 3, maxUnitsPerSecond: 500 } }],
      });
    };
    expect(await runSweep({})).toEqual({
      kept: ['2026-11-23.01', '2026-11-22.01', '2026-11-21.01'],
      swept: [{ version: '2026-11-20.01', outcome: 'removed', lists: 100_008 }],
    });
    const refused = runSweep({
      planSweep: async () => {
        throw failure('ManifestInvalid', 'as told');
      },
    });
    await expect(refused).rejects.toBeInstanceOf(WorkflowFailedError);
  });
});

describe('a run whose loads are bulk loads', () => {
  it('has the table load all of the set at its whole rate, and verifies what that says', async () => {
    const asked: unknown[] = [];
    const verified: unknown[] = [];
    const { result, trace } = await run(
      {
        bulkLoad: async (input) => {
          asked.push(input);
          return { items: 100_008, throttledBatches: 0 };
        },
        verifyLoad: async ({ itemsLoaded }) => {
          verified.push(itemsLoaded);
          return { sampled: 525 };
        },
      },
      { ...dailyInput, settings: { ...dailyInput.settings, load: { ...dailyInput.settings.load, mode: 'bulk' } } },
    );
    expect(result).toMatchObject({ outcome: 'published', summary: { itemsLoaded: 100_008 } });
    expect(asked).toMatchObject([{ version: '2026-11-23.01', maxUnitsPerSecond: 3000 }]);
    expect(verified).toEqual([100_008]);
    expect(trace.calls).not.toContain('loadShards');
  });
});
