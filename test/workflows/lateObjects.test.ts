/** The sweep for clicks that came too late, by an operator and by the schedule. */
import { type Activities, dailyWorkflowId, lateSweepWorkflowId } from '../../src/contract';
import { addDays, lastCompleteDay } from '../../src/domain/runDate';
import { lateObjectsSweep, scheduledRun } from '../../src/workflows';
import { activitiesOf, dailyInput, runDate } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

const late = { runDate, generation: 1, objects: 2, sizeBytes: 3000, reportUri: 's3://lake/late.json' };

function use(overrides: Partial<Activities> = {}) {
  const { activities, trace } = activitiesOf(overrides);
  testbed.use(activities);
  return trace;
}

describe('the sweep for late objects', () => {
  it.each([
    ['how much came too late, and where the list is', late],
    ['nothing of a day that no run has frozen', null],
  ])('tells %s', async (_what, found) => {
    use({ sweepLate: async () => found });
    const result = await testbed.env.client.workflow.execute(lateObjectsSweep, {
      workflowId: `late-${++counter}`,
      taskQueue: testbed.taskQueue,
      args: [{ runDate }],
    });
    expect(result).toEqual(found);
  });
});

describe('the scheduled run', () => {
  const runScheduled = () =>
    testbed.env.client.workflow.execute(scheduledRun, {
      workflowId: `scheduled-${++counter}`,
      taskQueue: testbed.taskQueue,
      args: [{ settings: dailyInput.settings }],
    });

  it('sweeps the day before the one it runs', async () => {
    const swept: string[] = [];
    use({
      sweepLate: async (input) => {
        swept.push(input.runDate);
        return null;
      },
    });
    const ran = await runScheduled();
    const dayBefore = addDays(ran.runDate, -1);
    await testbed.env.client.workflow.getHandle(lateSweepWorkflowId(dayBefore)).result();
    expect(ran.outcome).toBe('published');
    expect(swept).toEqual([dayBefore]);
    const { status } = await testbed.env.client.workflow.getHandle(dailyWorkflowId(ran.runDate)).describe();
    expect(status.name).toBe('COMPLETED');
  });

  it('goes on when an operator sweeps that day already', async () => {
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    use({
      sweepLate: async () => {
        await released;
        return late;
      },
    });
    const dayBefore = addDays(lastCompleteDay(await testbed.env.currentTimeMs()), -1);
    const byHand = await testbed.env.client.workflow.start(lateObjectsSweep, {
      workflowId: lateSweepWorkflowId(dayBefore),
      taskQueue: testbed.taskQueue,
      args: [{ runDate: dayBefore }],
    });
    // Nor does it wait for the sweep, which ends only after it.
    expect(await runScheduled()).toMatchObject({ outcome: 'published' });
    release();
    expect(await byHand.result()).toEqual(late);
  });
});
