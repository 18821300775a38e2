import { MockActivityEnvironment } from '@temporalio/testing';
import { createActivities } from '../../src/activities';
import { erasedReaders, readerHash } from '../../src/clients/erasureRegister';
import { FakeTrainingService } from '../support/fakeTrainingService';
import { idleServices } from '../support/idleServices';
import { createMemoryFreshTable } from '../support/memoryFreshTable';
import { createMemoryLake } from '../support/memoryLake';
import { createMemoryReaderItems } from '../support/memoryReaderItems';
import { createMemoryTable } from '../support/memoryTable';

const hash = readerHash('r1');

function house() {
  const lake = createMemoryLake();
  const readerItems = createMemoryReaderItems();
  const activities = createActivities({
    lake,
    ...idleServices,
    readerItems,
    table: createMemoryTable(),
    trainingService: new FakeTrainingService(),
    deliveryMetrics: { freshness: async () => [] },
    freshTable: createMemoryFreshTable(),
    trainingPlace: { bucket: 'lake', roleArn: 'arn:aws:iam::000000000000:role/training', image: 'trainer:1' },
  });
  readerItems.items.set('r1', new Set(['v#2026-11-22.01', 'v#2026-11-23.01']));
  readerItems.items.set('r2', new Set(['v#2026-11-23.01']));
  readerItems.requests.set(hash, 'r1');
  return { lake, readerItems, activities };
}

const inContext = <Output>(activity: (input: { hash: string }) => Promise<Output>, of = hash): Promise<Output> =>
  new MockActivityEnvironment().run(activity, { hash: of });

describe('eraseReader', () => {
  it('takes the reader out of every version and registers the erasure, and nobody else, however often it is called', async () => {
    const { activities, readerItems, lake } = house();
    expect(await inContext(activities.eraseReader)).toEqual({ deleted: 2, left: 0 });
    expect(await inContext(activities.eraseReader)).toEqual({ deleted: 0, left: 0 });
    expect(await readerItems.stored('r2')).toEqual(['v#2026-11-23.01']);
    expect(await erasedReaders(lake)).toEqual(new Set([hash]));
  });

  it('keeps the id out of the register', async () => {
    const { activities, lake } = house();
    await inContext(activities.eraseReader);
    const kept = [...lake.objects].map(([key, body]) => `${key} ${body.toString()}`).join();
    expect(kept).toContain(hash);
    expect(kept).not.toMatch(/\br1\b/);
  });

  it('refuses an erasure that nobody asked for', async () => {
    const { activities } = house();
    await expect(inContext(activities.eraseReader, readerHash('r2'))).rejects.toMatchObject({
      type: 'ErasureRequestMissing',
      nonRetryable: true,
    });
  });

  it('forgets the request in the end, also twice', async () => {
    const { activities, readerItems } = house();
    await inContext(activities.closeErasure);
    await inContext(activities.closeErasure);
    expect(readerItems.requests.size).toBe(0);
  });
});
