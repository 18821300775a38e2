/** What the Temporal UI shows beside the name of an activity, from a history that the worker's own bundle made. */
import { DefaultLogger, Worker } from '@temporalio/worker';
import type { Activities } from '../../src/contract';
import { bundleWorkflows } from '../../src/workflowBundle';
import { summaryOf } from '../../src/workflows/summaries';
import { activitiesOf, dailyInput, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();

/** Names of activities of a run, each with its summary. */
async function summariesOfRun(activities: Activities): Promise<string[]> {
  const taskQueue = 'with-summaries';
  const worker = await Worker.create({
    connection: testbed.env.nativeConnection,
    taskQueue,
    workflowBundle: await bundleWorkflows({ logger: new DefaultLogger('ERROR') }),
    activities: { ...activities },
    debugMode: true,
  });
  const handle = await worker.runUntil(async () => {
    const started = await testbed.env.client.workflow.start('dailyRecommendations', {
      workflowId: 'with-summaries',
      taskQueue,
      args: [dailyInput],
    });
    await started.result();
    return started;
  });
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ activityTaskScheduledEventAttributes: scheduled, userMetadata }) => {
    if (!scheduled) return [];
    const text = Buffer.from(userMetadata?.summary?.data ?? []).toString() || '""';
    return [`${scheduled.activityType?.name}: ${JSON.parse(text)}`];
  });
}

describe('the activities of a run', () => {
  it('say in the UI what they are about', async () => {
    const version = `${runDate}.01`;
    const summaries = await summariesOfRun(activitiesOf().activities);
    expect(summaries).toEqual(
      expect.arrayContaining([
        'readLive: ',
        `checkReadiness: clicks of ${runDate}`,
        `freezeManifest: ${runDate}`,
        'startTraining: attempt 1 on ml.m5.2xlarge spot',
        `waitForTraining: frontpage-${runDate}-0123456789ab-a1`,
        `loadShards: ${version}, part 1 of 8`,
        `loadShards: ${version}, part 8 of 8`,
        `publish: ${version}`,
        `writeReport: ${runDate} published`,
      ]),
    );
  });

  it('have none when the input says nothing', () => {
    expect(summaryOf('readLive', undefined)).toBeUndefined();
    expect(summaryOf('freezeManifest', {})).toBeUndefined();
    expect(summaryOf('nobody', { runDate })).toBeUndefined();
  });
});
