import { forgetUser } from '../../src/workflows';
import { activitiesOf } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();

async function forget(hash: string, deleted: readonly number[], left = 0) {
  const counts = [...deleted];
  const { activities, trace } = activitiesOf({ eraseReader: async () => ({ deleted: counts.shift() ?? 0, left }) });
  testbed.use(activities);
  const handle = await testbed.env.client.workflow.start(forgetUser, {
    workflowId: `forget-user-${hash}`,
    taskQueue: testbed.taskQueue,
    args: [{ hash }],
  });
  return { handle, trace };
}

describe('the erasure of a reader', () => {
  it('looks again for longer than a load may last, and counts what a load of before wrote in between', async () => {
    const { handle, trace } = await forget('ab', [7, 0, 1]);
    const startedAtMs = await testbed.env.currentTimeMs();
    expect(await handle.result()).toEqual({ looks: 5, deleted: 8, over: true });
    expect((await testbed.env.currentTimeMs()) - startedAtMs).toBeGreaterThan(8 * 3_600_000);
    expect(trace.calls.at(-1)).toBe('closeErasure');
    expect(await handle.query('erasure')).toEqual({ looks: 5, deleted: 8, over: true });
  });

  it('fails, and keeps the request, when the table still holds the reader', async () => {
    const { handle, trace } = await forget('cd', [7], 1);
    await expect(handle.result()).rejects.toMatchObject({ cause: { type: 'ErasureIncomplete' } });
    expect(trace.calls).not.toContain('closeErasure');
  });
});
