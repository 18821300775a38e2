/** F6: what a run reads is told by one hash: of the same objects the same, of any others another. */
import { MockActivityEnvironment } from '@temporalio/testing';
import { createFreezeManifest } from '../../src/activities/freezeManifest';
import type { Activities, FrozenManifest } from '../../src/contract';
import { clicksHourPrefix } from '../../src/domain/keys';
import { parseRunDate } from '../../src/domain/runDate';
import { createMemoryLake, type MemoryLake } from '../support/memoryLake';

const runDate = parseRunDate('2026-11-23');
const hours = Array.from({ length: 24 }, (_, hour) => hour);
const keyOf = (hour: number, name = 'x.gz'): string => `${clicksHourPrefix(runDate, hour)}${name}`;

async function lakeFilledInOrder(order: readonly number[]): Promise<MemoryLake> {
  const lake = createMemoryLake();
  for (const hour of order) await lake.put(keyOf(hour), `clicks of hour ${hour}`);
  return lake;
}

function freeze(lake: MemoryLake): Promise<FrozenManifest> {
  const activity = createFreezeManifest({ lake });
  const input = { runDate, generation: 1, historyDays: 0 };
  return new MockActivityEnvironment().run<[typeof input], FrozenManifest, Activities['freezeManifest']>(
    activity,
    input,
  );
}

it('F6: the same objects give the same manifest hash, in whatever order they came', async () => {
  const one = await freeze(await lakeFilledInOrder(hours));
  const other = await freeze(await lakeFilledInOrder([...hours].reverse()));
  expect(other.sha256).toBe(one.sha256);
  expect(other).toEqual(one);
});

it.each<[string, (lake: MemoryLake) => Promise<void>]>([
  ['an hour fewer', (lake) => lake.remove(keyOf(23))],
  ['an object delivered twice', (lake) => lake.copy(keyOf(7), keyOf(7, 'again.gz'))],
  ['an object with other contents', (lake) => lake.put(keyOf(7), 'other clicks')],
  ['an object that was cut short', (lake) => lake.put(keyOf(7), 'clicks of')],
  ['an empty object', (lake) => lake.put(keyOf(7, 'empty.gz'), '')],
])('F6: %s gives another manifest hash', async (_what, change) => {
  const usual = await freeze(await lakeFilledInOrder(hours));
  const lake = await lakeFilledInOrder(hours);
  await change(lake);
  expect((await freeze(lake)).sha256).not.toBe(usual.sha256);
});
