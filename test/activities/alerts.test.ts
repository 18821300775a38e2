/** People are told once of the same thing, by each channel; the watch over a training tells them beside its work. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createSendAlert } from '../../src/activities/sendAlert';
import { createWaitForTraining } from '../../src/activities/waitForTraining';
import { createWatchSchedule } from '../../src/activities/watchSchedule';
import { type Notifier, NotifierRefused, NotifierUnavailable } from '../../src/clients/notifier';
import type { RunStarts } from '../../src/clients/runStarts';
import type { Activities, RunWatchInput, WaitForTrainingInput, WatchedTraining } from '../../src/contract';
import type { Alert, Notification } from '../../src/domain/alerts';
import { hourMs, minuteMs } from '../../src/domain/durations';
import type { PipelineBeat } from '../../src/domain/pipelineAlarms';
import { addDays, lastCompleteDay, parseRunDate } from '../../src/domain/runDate';
import type { DailyScheduleState, RunVerdict } from '../../src/domain/runWatch';
import type { TrainingJobState } from '../../src/domain/trainingOutcome';
import { FakeTrainingService, jobState } from '../support/fakeTrainingService';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryTable } from '../support/memoryTable';

const runDate = parseRunDate('2026-11-23');
const alert: Alert = { kind: 'rejected', runDate, about: 'run-1', message: 'recall@10 is below' };

/** What is logged of a channel that fails is no failure of a test. */
function quietEnvironment(): MockActivityEnvironment {
  const log = (): void => undefined;
  return new MockActivityEnvironment({}, { logger: { log, trace: log, debug: log, info: log, warn: log, error: log } });
}

/** A channel that fails with these first. */
function channelOf(channel: Notifier['channel'], failures: Error[] = []) {
  const taken: Notification[] = [];
  const notifier: Notifier = {
    channel,
    async send(notification) {
      const failure = failures.shift();
      if (failure) throw failure;
      taken.push(notification);
    },
  };
  return { notifier, taken };
}

function house(...notifiers: Notifier[]) {
  const lake = createMemoryLake();
  const alerts = { notifiers, runbookUrl: 'https://git.example/runbook.md' };
  const send = createSendAlert({ lake, alerts });
  return { lake, alerts, send: (sent: Alert) => quietEnvironment().run(send, sent) };
}

describe('sendAlert', () => {
  it('tells of the same thing once, however often it is called, and keeps what it told', async () => {
    const webhook = channelOf('webhook');
    const { send, lake } = house(webhook.notifier);
    expect(await send(alert)).toEqual({ sent: true });
    expect(await send({ ...alert, message: 'in other words' })).toEqual({ sent: false });
    expect(webhook.taken).toMatchObject([{ kind: 'rejected', link: 'https://git.example/runbook.md#rejected' }]);
    const [record, ...others] = await lake.list('alerts/dt=2026-11-23/rejected-');
    expect(others).toEqual([]);
    expect(JSON.parse(lake.objects.get(record?.key ?? '')?.toString() ?? '')).toMatchObject({
      schema: 1,
      alert: { kind: 'rejected', runDate, about: 'run-1' },
      sentAt: { webhook: expect.any(String) },
    });
  });

  it('tells of another run of the day, and of another day', async () => {
    const webhook = channelOf('webhook');
    const { send } = house(webhook.notifier);
    for (const other of [alert, { ...alert, about: 'run-2' }, { ...alert, runDate: parseRunDate('2026-11-22') }]) {
      expect(await send(other)).toEqual({ sent: true });
    }
    expect(webhook.taken).toHaveLength(3);
  });

  it('leaves out, when it is tried again, the channel that took the alert', async () => {
    const webhook = channelOf('webhook');
    const sns = channelOf('sns', [new NotifierUnavailable('SNS did not take the alert: TimeoutError')]);
    const { send } = house(webhook.notifier, sns.notifier);
    await expect(send(alert)).rejects.toMatchObject({
      type: 'AlertUndelivered',
      nonRetryable: false,
      message:
        "the alert 'rejected' was not delivered: sns: SNS did not take the alert: TimeoutError [runDate=2026-11-23]",
    });
    expect(await send(alert)).toEqual({ sent: true });
    expect([webhook.taken.length, sns.taken.length]).toEqual([1, 1]);
  });

  it('keeps nothing of an alert that no channel took, and waits as long as a channel asks', async () => {
    const webhook = channelOf('webhook', [new NotifierUnavailable('the webhook answered 429', 30)]);
    const { send, lake } = house(webhook.notifier);
    await expect(send(alert)).rejects.toMatchObject({ type: 'AlertUndelivered', nextRetryDelay: 30_000 });
    expect(lake.objects.size).toBe(0);
    expect(await send(alert)).toEqual({ sent: true });
  });

  it('is final when a channel refuses, unless another one may still take it', async () => {
    const refused = new NotifierRefused('the webhook answered 404');
    const alone = house(channelOf('webhook', [refused]).notifier);
    await expect(alone.send(alert)).rejects.toMatchObject({ type: 'AlertRefused', nonRetryable: true });
    const sns = channelOf('sns', [new NotifierUnavailable('busy')]);
    const both = house(channelOf('webhook', [refused]).notifier, sns.notifier);
    await expect(both.send(alert)).rejects.toMatchObject({ type: 'AlertUndelivered', nonRetryable: false });
  });

  it('rather tells twice than never when what was kept cannot be read', async () => {
    const webhook = channelOf('webhook');
    const { send, lake } = house(webhook.notifier);
    await send(alert);
    for (const key of lake.objects.keys()) await lake.put(key, 'torn');
    expect(await send(alert)).toEqual({ sent: true });
  });

  it('links a failure to the article of its own type, and one of no catalogue to that of all failures', async () => {
    const webhook = channelOf('webhook');
    const { send } = house(webhook.notifier);
    const failed = { kind: 'failed', runDate, stage: 'training', message: 'x' } as const;
    await send({ ...failed, about: 'run-1', failureType: 'DataRejected' });
    await send({ ...failed, about: 'run-2', failureType: 'TimeoutFailure' });
    expect(webhook.taken.map(({ link }) => link)).toEqual([
      'https://git.example/runbook.md#datarejected',
      'https://git.example/runbook.md#failed',
    ]);
  });
});

describe('the watch over a training', () => {
  const input: WaitForTrainingInput = {
    runDate,
    jobName: 'frontpage-2026-11-23-0123456789ab-a1',
    scope: '0123456789ab',
    pollSeconds: 0.01,
  };
  const way = ['Starting', 'Downloading', 'Training', 'Interrupted', 'Starting', 'Downloading', 'Training'];
  const interrupted = [
    jobState('InProgress', way.slice(0, 3)),
    jobState('InProgress', way.slice(0, 4)),
    jobState('InProgress', way),
    jobState('InProgress', [...way, 'Interrupted']),
    jobState('Completed', [...way, 'Interrupted', ...way.slice(4), 'Completed'], {
      trainingSeconds: 100,
      billableSeconds: 35,
    }),
  ];

  async function watch(
    notifier: Notifier,
    lake = createMemoryLake(),
    watched = input,
    states: readonly TrainingJobState[] = interrupted,
  ) {
    const service = new FakeTrainingService();
    service.states = [...states];
    const alerts = { notifiers: [notifier], runbookUrl: 'docs/runbook.md' };
    const activity = createWaitForTraining({ lake, trainingService: service, alerts });
    const environment = quietEnvironment();
    const end = await environment.run<[WaitForTrainingInput], WatchedTraining, Activities['waitForTraining']>(
      activity,
      watched,
    );
    return { end, lake };
  }

  it('tells of each interruption once, with how far the work was, also when another watcher takes over', async () => {
    const webhook = channelOf('webhook');
    const lake = createMemoryLake();
    const progress = { phase: 'tune', iteration: 3, iterations: 15, completed: 18, total: 45, resumedFrom: [] };
    await lake.put('checkpoints/0123456789ab/progress.json', JSON.stringify(progress));
    await watch(webhook.notifier, lake);
    await watch(webhook.notifier, lake);
    expect(webhook.taken.map(({ kind, text }) => [kind, text.split('.')[0]])).toEqual([
      ['recovering from interruption', 'One interruption so far, 40 % of the work was done'],
      ['recovering from interruption', '2 interruptions so far, 40 % of the work was done'],
    ]);
  });

  it('ends when what its last look found is told too', async () => {
    const taken: Notification[] = [];
    const slow: Notifier = {
      channel: 'webhook',
      async send(notification) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        taken.push(notification);
      },
    };
    const over = jobState('Stopped', [...way.slice(0, 4), 'MaxWaitTimeExceeded']);
    const { end } = await watch(slow, createMemoryLake(), input, [over]);
    expect(end).toMatchObject({ interruptions: 1 });
    expect(taken).toHaveLength(1);
  });

  it('goes on and ends as ever while nobody can be told', async () => {
    const dead = new NotifierUnavailable('the webhook did not answer');
    const { end, lake } = await watch(
      channelOf(
        'webhook',
        Array.from({ length: 99 }, () => dead),
      ).notifier,
    );
    expect(end).toMatchObject({ outcome: 'completed', interruptions: 2 });
    expect(await lake.list('alerts/')).toEqual([]);
  });

  it('tries at the next look what failed at this one', async () => {
    const webhook = channelOf('webhook', [new NotifierUnavailable('the webhook answered 503')]);
    await watch(webhook.notifier);
    expect(webhook.taken.map(({ text }) => text.split(' ')[0])).toEqual(['One', '2']);
  });

  it('tells nobody for a run of before there were alerts', async () => {
    const webhook = channelOf('webhook');
    const { runDate: _none, ...before } = input;
    await watch(webhook.notifier, createMemoryLake(), before);
    expect(webhook.taken).toEqual([]);
  });
});

describe('watchSchedule', () => {
  const nowMs = Date.now();
  const dueMs = nowMs - hourMs;
  const nightly: DailyScheduleState = {
    paused: false,
    createdAtMs: 0,
    dueAtMs: [dueMs],
    takenAtMs: [],
  };
  const input: RunWatchInput = { scheduleId: 'frontpage-daily', graceMinutes: 15 };

  async function look(
    schedule: DailyScheduleState | undefined,
    hasRun: boolean,
    { putFails = false, liveFails = false, live = addDays(lastCompleteDay(dueMs), -1) } = {},
  ) {
    const asked: unknown[] = [];
    const beats: PipelineBeat[] = [];
    const starts: RunStarts = {
      schedule: async (scheduleId, fromMs, untilMs) => {
        asked.push(scheduleId, Math.round((nowMs - fromMs) / hourMs), Math.round((nowMs - untilMs) / minuteMs));
        return schedule;
      },
      hasRun: async (day) => {
        asked.push(day);
        return hasRun;
      },
    };
    const table = createMemoryTable();
    table.pointer = { version: '1', runDate: live, publishedAt: '', reason: '' };
    if (liveFails) table.live = () => Promise.reject(new Error('the table does not answer'));
    const pipelineMetrics = {
      put: async (beat: PipelineBeat) => {
        if (putFails) throw new Error('CloudWatch does not answer');
        beats.push(beat);
      },
    };
    const activity = createWatchSchedule({ table, pipelineMetrics }, () => starts);
    const verdict = await quietEnvironment().run<[RunWatchInput], RunVerdict, typeof activity>(activity, input);
    return { verdict, asked, beats };
  }

  it('asks for the run of the day that was due, and says so in the metrics', async () => {
    const { verdict, asked, beats } = await look(nightly, true);
    expect(verdict).toEqual({ verdict: 'started', runDate: lastCompleteDay(dueMs) });
    expect(asked).toEqual(['frontpage-daily', 72, 15, lastCompleteDay(dueMs)]);
    expect(beats).toMatchObject([{ WatchBeats: 1, RunsNotStarted: 0, LiveSetAgeHours: expect.any(Number) }]);
  });

  it('finds a run that is not there, and a schedule that is not there', async () => {
    expect(await look(nightly, false)).toMatchObject({
      verdict: { verdict: 'not started', cause: 'missed' },
      beats: [{ RunsNotStarted: 1 }],
    });
    expect(await look(undefined, false)).toMatchObject({
      verdict: { verdict: 'not started', cause: 'no schedule' },
      beats: [{ RunsNotStarted: 1 }],
    });
  });

  it('is content with a set of the day that is live, though the server has forgotten its run', async () => {
    const { verdict } = await look(nightly, false, { live: lastCompleteDay(dueMs) });
    expect(verdict).toMatchObject({ verdict: 'started' });
  });

  it('watches on while the table does not answer, and then says nothing of the live set', async () => {
    const { verdict, beats } = await look(nightly, false, { liveFails: true });
    expect(verdict).toMatchObject({ verdict: 'not started' });
    expect(beats).toEqual([{ WatchBeats: 1, RunsNotStarted: 1 }]);
  });

  it('keeps its verdict when the metrics cannot be put', async () => {
    expect((await look(nightly, false, { putFails: true })).verdict).toMatchObject({ verdict: 'not started' });
  });
});
