/** What a daily run can be found by: each attribute is there when its time has come, on the way and at the end. */
import type { Activities } from '../../src/contract';
import { searchAttributes } from '../../src/contract';
import { activitiesOf, completed, dailyInput, evaluated, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
const workflowId = 'found-by-its-attributes';

async function attributes(): Promise<Record<string, unknown>> {
  const { typedSearchAttributes } = await testbed.env.client.workflow.getHandle(workflowId).describe();
  const values = Object.values(searchAttributes).map((key) => [key.name, typedSearchAttributes.get(key)]);
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}

async function run(overrides: Partial<Activities>): Promise<void> {
  testbed.use(activitiesOf(overrides).activities);
  await testbed.env.client.workflow.execute('dailyRecommendations', {
    workflowId,
    taskQueue: testbed.taskQueue,
    args: [dailyInput],
  });
}

describe('a run that falls back to on demand', () => {
  it('can be found as such while its job runs, and with all figures at its end', async () => {
    const seen: Record<string, unknown>[] = [];
    await run({
      waitForTraining: async () => {
        seen.push(await attributes());
        return seen.length === 1 ? { ...completed, outcome: 'interrupted-out', interruptions: 4 } : completed;
      },
      evaluateModel: async () => evaluated(0.123456),
    });
    const day = { RunDate: new Date(`${runDate}T00:00:00Z`), Stage: 'training' };
    expect(seen).toEqual([
      { ...day, Rung: 'ml.m5.2xlarge spot', Market: 'spot' },
      {
        ...day,
        Rung: 'ml.m5.2xlarge on-demand',
        Market: 'on-demand',
        ModelVersion: `${runDate}.01`,
        Interruptions: 4,
        CostUsd: expect.any(Number),
        SavingPercent: expect.any(Number),
      },
    ]);
    expect(await attributes()).toEqual({
      ...day,
      Stage: 'done',
      Rung: 'ml.m5.2xlarge on-demand',
      Market: 'on-demand',
      ModelVersion: `${runDate}.02`,
      Interruptions: 4,
      CostUsd: expect.any(Number),
      SavingPercent: expect.any(Number),
      RecallAt10: 0.1235,
    });
  });
});
