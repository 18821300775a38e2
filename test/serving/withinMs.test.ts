import { stat } from 'node:fs/promises';
import { TookTooLong, withinMs } from '../../src/serving/withinMs';

/** Keeps the event loop from turning, as a collection of garbage does. */
function block(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

describe('waiting no longer than a limit', () => {
  it('gives up when nothing has come', async () => {
    await expect(withinMs(new Promise(() => undefined), 1)).rejects.toThrow(TookTooLong);
  });

  it('takes an outcome that came in time, though this process was too busy to look', async () => {
    // After an immediate the event loop turns to its timers, and only then to what has come.
    await new Promise((resolve) => setImmediate(resolve));
    const work = withinMs(stat(__filename), 20);
    block(200);
    expect((await work).isFile()).toBe(true);
  });

  it('passes the failure of the work on', async () => {
    await expect(withinMs(Promise.reject(new Error('broken')), 1000)).rejects.toThrow('broken');
  });
});
