/** The compacted day anew from its clicks: a job that only reads, on the ladder of a run. */
import type { Activities, StartTrainingInput } from '../../src/contract';
import { failureIn } from '../../src/failures';
import { rebuildInteractions } from '../../src/workflows';
import { activitiesOf, completed, dailyInput, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

async function rebuild(overrides: Partial<Activities> = {}, generation = 1) {
  const jobs: StartTrainingInput[] = [];
  const happy = activitiesOf().activities;
  const { activities, trace } = activitiesOf({
    startTraining: async (input) => {
      jobs.push(input);
      return happy.startTraining(input);
    },
    keepInteractions: async () => ({ days: 3 }),
    ...overrides,
  });
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(rebuildInteractions, {
    workflowId: `rebuild-${++counter}`,
    taskQueue: testbed.taskQueue,
    args: [{ runDate, generation, settings: dailyInput.settings }],
  });
  return { handle, trace, jobs };
}

describe('the interactions of a past day', () => {
  it('are made by a job that ends when it has read, and nothing is judged, loaded or published', async () => {
    const { handle, trace, jobs } = await rebuild();
    expect(await handle.result()).toEqual({ runDate, days: 3, jobName: 'frontpage-2026-11-23-0123456789ab-a1' });
    expect(jobs).toMatchObject([{ runDate, generation: 1, settings: { hyperparameters: { only: 'interactions' } } }]);
    expect(trace.calls).toEqual([
      'freezeManifest',
      'estimateTraining',
      'startTraining',
      'waitForTraining',
      'keepInteractions',
    ]);
  });

  it('are made on the next rung when Spot has no room', async () => {
    const outcomes = ['capacity', 'completed'] as const;
    let looks = 0;
    const { handle, jobs } = await rebuild({
      waitForTraining: async () => ({ ...completed, outcome: outcomes[looks++] ?? 'completed' }),
    });
    await handle.result();
    expect(jobs.length).toBeGreaterThan(1);
  });

  it('may lack clicks where hours of the day were given up when it was frozen', async () => {
    const happy = activitiesOf().activities;
    const { handle, jobs } = await rebuild(
      { freezeManifest: async (input) => ({ ...(await happy.freezeManifest(input)), missingHours: [12] }) },
      2,
    );
    await handle.result();
    expect(jobs).toMatchObject([
      { generation: 2, attempt: 25, settings: { hyperparameters: { max_missing_clicks_share: '1' } } },
    ]);
  });

  it('stay as they are when the clicks of the manifest are gone', async () => {
    const { handle, trace } = await rebuild({
      waitForTraining: async () => ({ ...completed, outcome: 'input-missing', failureReason: 'clicks/dt=… not found' }),
    });
    const error: unknown = await handle.result().catch((reason: unknown) => reason);
    expect(failureIn(error)).toMatchObject({ type: 'TrainingInputMissing' });
    expect(trace.calls).not.toContain('keepInteractions');
  });
});
