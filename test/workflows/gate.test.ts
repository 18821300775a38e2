/** What becomes of a candidate that the gate accepts, refuses, or cannot tell apart by chance alone. */
import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { createActivities } from '../../src/activities';
import { decideRun, OrderRefused } from '../../src/clients/operatorOrders';
import { type Activities, type DailyInput, dailyWorkflowId, type ModelInput } from '../../src/contract';
import type { GateOrder } from '../../src/domain/approval';
import { defaultGate, type GateSettings } from '../../src/domain/gateSettings';
import { addDays } from '../../src/domain/runDate';
import { failureIn } from '../../src/failures';
import type { dailyRecommendations } from '../../src/workflows';
import { decideUpdate } from '../../src/workflows/gateApprovals';
import { statusQuery } from '../../src/workflows/runStatus';
import { FakeTrainingService } from '../support/fakeTrainingService';
import {
  articleIds,
  type GateArtefact,
  gateArtefact,
  naiveMetrics,
  type PutOptions,
  putGateArtefact,
  shuffled,
} from '../support/gateArtefact';
import { idleServices } from '../support/idleServices';
import { createMemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { createMemoryTable } from '../support/memoryTable';
import { refusalOf } from '../support/outcomes';
import { activitiesOf, borderline, dailyInput, runDate, type Trace } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;
const desk: GateOrder = { verdict: 'approve', by: 'the desk', reason: 'an election night is like no other' };

function withGate(gate: Partial<GateSettings>, deadline = dailyInput.settings.deadline): DailyInput {
  const settings = { ...dailyInput.settings, gate: { ...defaultGate, ...gate } };
  return { ...dailyInput, settings: { ...settings, ...(deadline === undefined ? {} : { deadline }) } };
}

async function start(
  overrides: Partial<Activities>,
  input: DailyInput = dailyInput,
): Promise<{ handle: WorkflowHandle<typeof dailyRecommendations>; trace: Trace }> {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start<typeof dailyRecommendations>('dailyRecommendations', {
    workflowId: `gate-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [input],
  });
  return { handle, trace };
}

/** A run that waits for approval; time stands still as long as nobody waits for its result. */
async function startAsking(input: DailyInput = dailyInput) {
  const started = await start({ evaluateModel: async () => borderline() }, input);
  await whenAsking(started.handle);
  return started;
}

async function whenAsking(handle: WorkflowHandle<typeof dailyRecommendations>): Promise<void> {
  while ((await handle.query(statusQuery)).stage !== 'waiting for approval') {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function failureOf(handle: WorkflowHandle<typeof dailyRecommendations>) {
  const error: unknown = await handle.result().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  return failureIn(error);
}

describe('F11: a bad model is refused, and what is live stays live', () => {
  const good = gateArtefact();
  const live = { version: '2026-11-22.01', runDate: addDays(runDate, -1), publishedAt: '', reason: 'published' };

  /** The run with the real gate and the real pointer, over this artefact; yesterday's set is live. */
  async function run(artefact: GateArtefact, options: PutOptions = {}) {
    const lake = createMemoryLake();
    const table = createMemoryTable();
    const model: ModelInput = { runDate, jobName: `frontpage-${runDate}-0123456789ab-a1`, version: `${runDate}.01` };
    await putGateArtefact(lake, model, artefact, options);
    const popular = { pk: 'list#popular', sk: `v#${live.version}`, articles: articleIds.slice(0, 20).join(' ') };
    table.lists.set(`${popular.pk}|${popular.sk}`, { ...popular, expiresAt: 4_000_000_000 });
    await table.recordVersion({ ...live, items: 401, readers: 400, modelUri: 's3://lake/x' }, 0);
    table.pointer = live;
    const { evaluateModel, readLive, publish } = createActivities({
      lake,
      table,
      trainingService: new FakeTrainingService(),
      deliveryMetrics: { freshness: async () => [] },
      ...idleServices,
      readerItems: createMemoryReaderItems(),
      freshTable: createMemoryFreshTable(),
      trainingPlace: { bucket: 'lake', roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
    });
    const { handle, trace } = await start({ evaluateModel, readLive, publish });
    return { handle, trace, table };
  }

  it.each<[string, GateArtefact, PutOptions, string, RegExp]>([
    ['labels shuffled', mixedUp(good), {}, 'ModelRejected', /recall@10 against recent popularity: [\d.]+ is below/],
    [
      'NaN factors: figures that are no numbers',
      good,
      { metricsText: '{"evaluation":{"readers":400,"candidate":{"recallAt10":NaN,"ndcgAt10":NaN}}}' },
      'ModelArtefactInvalid',
      /is not JSON/,
    ],
    [
      'NaN factors: figures left out',
      good,
      { evaluation: { candidate: { recallAt10: null, ndcgAt10: null } } },
      'ModelArtefactInvalid',
      /recallAt10/,
    ],
    [
      'NaN factors: lists in no order, the same for all',
      { ...good, holdout: good.holdout.map((row) => ({ ...row, list: articleIds.slice(10, 20) })) },
      {},
      'ModelRejected',
      /recall@10 against the floor/,
    ],
    [
      '40 % fewer readers',
      gateArtefact({ readers: 240 }),
      {},
      'ModelRejected',
      /readers against the live set: 240 is below 280/,
    ],
    [
      'better figures than the lists have',
      mixedUp(good),
      { evaluation: { candidate: naiveMetrics(good).candidate } },
      'ModelArtefactInvalid',
      /do not follow from the holdout/,
    ],
  ])('%s', async (_what, artefact, options, type, message) => {
    const { handle, trace, table } = await run(artefact, options);
    expect(await failureOf(handle)).toMatchObject({ type, message: expect.stringMatching(message) });
    expect(table.pointer).toEqual(live);
    expect(trace.calls).not.toContain('loadShards');
    expect(trace.reports).toMatchObject([{ outcome: 'failed', failedStage: 'gate', failureType: type }]);
  });

  it('popularity only: accepted, for it is honest, and reported as no gain', async () => {
    const { handle, table } = await run(gateArtefact({ personal: 0 }));
    const result = await handle.result();
    expect(result).toMatchObject({
      outcome: 'published',
      summary: {
        gate: {
          verdict: 'accepted',
          personalGain: 0,
          comparisons: expect.arrayContaining([
            expect.objectContaining({ against: 'recent popularity', superior: false, difference: { low: 0, high: 0 } }),
          ]),
        },
        quality: { champion: { version: '2026-11-22.01', readers: 400, readersWithList: 0 } },
      },
    });
    expect(table.pointer?.version).toBe('2026-11-23.01');
  });

  it('a good model: published', async () => {
    const { handle, table } = await run(good);
    expect(await handle.result()).toMatchObject({ outcome: 'published', summary: { gate: { verdict: 'accepted' } } });
    expect(table.pointer?.version).toBe('2026-11-23.01');
  });
});

describe('a borderline candidate', () => {
  it('waits, and tells whoever looks what is in doubt, until when, and what comes then', async () => {
    const { handle, trace } = await startAsking();
    const { approvalWait, stages } = await handle.query(statusQuery);
    const doubts =
      'recall@10 against recent popularity: 0.08800 against 0.08550, by -0.001000 to 0.006000: within chance';
    expect(approvalWait).toMatchObject({ onNoDecision: 'reject', doubts });
    expect(approvalWait?.untilMs).toBe((stages.at(-1)?.startedAtMs ?? 0) + 7_200_000);
    expect(await handle.query('__temporal_workflow_metadata')).toMatchObject({
      currentDetails: expect.stringMatching(
        /\*\*Gate\*\* borderline, waits for approval until .*Z, then it is rejected/,
      ),
    });
    expect(trace.calls).not.toContain('loadShards');
    await handle.executeUpdate(decideUpdate, { args: [desk] });
    await handle.result();
  });

  it('goes live when an operator approves it, with the decision in result, report and status', async () => {
    const { handle, trace } = await startAsking();
    await handle.executeUpdate(decideUpdate, { args: [desk] });
    const approval = { ...desk, decidedBy: 'operator', decidedAtMs: expect.any(Number) };
    expect(await handle.result()).toMatchObject({
      outcome: 'published',
      summary: { approval, gate: { accepted: false, verdict: 'borderline' } },
    });
    expect(trace.published).toEqual(['2026-11-23.01']);
    expect(trace.reports).toMatchObject([{ outcome: 'published', summary: { approval } }]);
    expect(await handle.query(statusQuery)).toMatchObject({ stage: 'done', approval });
  });

  it('does not when an operator rejects it, and failure and report say who and why', async () => {
    const { handle, trace } = await startAsking();
    await handle.executeUpdate(decideUpdate, { args: [{ ...desk, verdict: 'reject', reason: 'too many old pieces' }] });
    expect(await failureOf(handle)).toMatchObject({
      type: 'ModelRejected',
      nonRetryable: true,
      message: expect.stringMatching(/^rejected by the desk: too many old pieces; in doubt was recall@10 against/),
    });
    expect(trace.calls).not.toContain('loadShards');
    expect(trace.published).toEqual([]);
    expect(trace.reports).toMatchObject([
      {
        outcome: 'failed',
        failedStage: 'waiting for approval',
        failureType: 'ModelRejected',
        approval: { verdict: 'reject', by: 'the desk', reason: 'too many old pieces', decidedBy: 'operator' },
        gate: { verdict: 'borderline' },
      },
    ]);
  });

  it('is rejected when nobody decides in time', async () => {
    const { handle, trace } = await start({ evaluateModel: async () => borderline() });
    expect(await failureOf(handle)).toMatchObject({
      type: 'ModelRejected',
      message: expect.stringContaining('rejected by the policy gate.onNoDecision=reject: nobody decided within 7200 s'),
    });
    expect(trace.published).toEqual([]);
    expect(trace.reports).toMatchObject([{ approval: { verdict: 'reject', decidedBy: 'policy' } }]);
  });

  it('is accepted when nobody decides in time where the policy says so', async () => {
    const input = withGate({ onNoDecision: 'accept', approvalSeconds: 60 });
    const { handle, trace } = await start({ evaluateModel: async () => borderline() }, input);
    expect(await handle.result()).toMatchObject({
      outcome: 'published',
      summary: {
        approval: {
          verdict: 'approve',
          by: 'the policy gate.onNoDecision=accept',
          reason: 'nobody decided within 60 s',
          decidedBy: 'policy',
        },
      },
    });
    expect(trace.published).toEqual(['2026-11-23.01']);
  });

  it('waits no longer than leaves time to publish before the deadline', async () => {
    const deadline = { hoursAfterStart: 1, launchSeconds: 60, workSeconds: 60, publishSeconds: 600, safetyFactor: 1 };
    const { handle } = await startAsking(withGate({}, deadline));
    const { approvalWait, deadlineAtMs = 0 } = await handle.query(statusQuery);
    expect(approvalWait?.untilMs).toBe(deadlineAtMs - 600_000);
    await handle.executeUpdate(decideUpdate, { args: [desk] });
    await handle.result();
  });

  it('is decided by the policy at once when the deadline leaves no time to ask', async () => {
    const deadline = { hoursAfterStart: 1, launchSeconds: 60, workSeconds: 60, publishSeconds: 7200, safetyFactor: 1 };
    const { handle } = await start({ evaluateModel: async () => borderline() }, withGate({}, deadline));
    expect((await failureOf(handle))?.message).toContain('nobody decided within 0 s');
    const { events } = await handle.fetchHistory();
    const gateAt = (events ?? []).findIndex(
      ({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'evaluateModel',
    );
    expect(gateAt).toBeGreaterThan(0);
    expect((events ?? []).slice(gateAt).some(({ timerStartedEventAttributes: timer }) => timer)).toBe(false);
  });

  it('can be cancelled with its run', async () => {
    const { handle, trace } = await startAsking();
    await handle.cancel();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    expect(trace.reports).toMatchObject([{ outcome: 'cancelled', failedStage: 'waiting for approval' }]);
  });
});

describe('a decision', () => {
  it('is refused when it is not whole, and the run waits on', async () => {
    const { handle } = await startAsking();
    const whole = 'a decision needs who gives it and why';
    expect(await refusalOf(handle.executeUpdate(decideUpdate, { args: [{ ...desk, by: ' ' }] }))).toBe(whole);
    expect(await refusalOf(handle.executeUpdate(decideUpdate, { args: [{ ...desk, reason: '' }] }))).toBe(whole);
    expect(
      await refusalOf(handle.executeUpdate<void, [object]>('decide', { args: [{ ...desk, verdict: 'maybe' }] })),
    ).toBe("a decision is 'approve' or 'reject'");
    expect(await refusalOf(handle.executeUpdate<void, [null]>('decide', { args: [null] }))).toBe(
      "a decision is 'approve' or 'reject'",
    );
    expect(await handle.query(statusQuery)).toMatchObject({ stage: 'waiting for approval' });
    await handle.executeUpdate(decideUpdate, { args: [desk] });
    await handle.result();
  });

  it('is refused when there is one already, in the words of the first', async () => {
    let release = (): void => undefined;
    const loading = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { handle } = await start({
      evaluateModel: async () => borderline(),
      verifyLoad: async () => {
        await loading;
        return { sampled: 1 };
      },
    });
    await whenAsking(handle);
    await handle.executeUpdate(decideUpdate, { args: [desk] });
    const second = await refusalOf(
      handle.executeUpdate(decideUpdate, { args: [{ verdict: 'reject', by: 'another', reason: 'no' }] }),
    );
    release();
    expect(second).toBe('decided already: approved by the desk: an election night is like no other');
    expect(await handle.result()).toMatchObject({ outcome: 'published', summary: { approval: { by: 'the desk' } } });
  });

  it('comes from the operator’s command, which says what the run says', async () => {
    const { activities } = activitiesOf({ evaluateModel: async () => borderline() });
    testbed.use(activities);
    const { client } = testbed.env;
    await expect(decideRun(client, runDate, desk)).rejects.toThrow(`no run of ${runDate} is going on`);
    const handle = await client.workflow.start<typeof dailyRecommendations>('dailyRecommendations', {
      workflowId: dailyWorkflowId(runDate),
      taskQueue: testbed.taskQueue,
      args: [dailyInput],
    });
    await whenAsking(handle);
    const nobody = decideRun(client, runDate, { ...desk, by: '' });
    await expect(nobody).rejects.toThrow('a decision needs who gives it and why');
    await expect(nobody).rejects.toBeInstanceOf(OrderRefused);
    await decideRun(client, runDate, desk);
    expect(await handle.result()).toMatchObject({ outcome: 'published', summary: { approval: desk } });
  });

  it('is refused while the run does not ask', async () => {
    let release = (): void => undefined;
    const training = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { handle, trace } = await start({
      keepInteractions: async () => {
        await training;
        return { days: 1 };
      },
    });
    while (!trace.calls.includes('keepInteractions')) await new Promise((resolve) => setTimeout(resolve, 20));
    const refusal = await refusalOf(handle.executeUpdate(decideUpdate, { args: [desk] }));
    release();
    expect(refusal).toBe('the run does not wait for approval: there is nothing to decide');
    expect(await handle.result()).toMatchObject({ outcome: 'published' });
  });
});

/** Each reader gets the list that was made for somebody else, without what is popular. */
function mixedUp(artefact: GateArtefact): GateArtefact {
  const taste = artefact.holdout.map((row) => ({
    ...row,
    list: [...row.list.slice(0, 2), ...articleIds.slice(72, 80)],
  }));
  return shuffled({ ...artefact, holdout: taste });
}
