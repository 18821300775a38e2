import { currentItems, type FreshItem, isDue } from '../../src/domain/currentItems';
import { anyDoor } from '../../src/domain/door';
import { minuteMs } from '../../src/domain/durations';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { FreshState } from '../../src/domain/freshState';
import { freshDoorPk, nextListPk } from '../../src/domain/keys';

const startMs = Date.UTC(2026, 10, 23, 12);
const door = 17;

function itemsAt(minutes: number): Map<string, FreshItem> {
  const state = FreshState.empty(defaultFreshSettings);
  state.count({ userId: 'r', articleId: 'a', occurredAtMs: startMs - 2 * minuteMs, door }, startMs);
  state.count({ userId: 'r', articleId: 'b', occurredAtMs: startMs - minuteMs, door }, startMs);
  const items = currentItems({ ...state.lists(startMs), atMs: startMs + minutes * minuteMs }, 7, 180);
  return new Map(items.map((item) => [item.pk, item]));
}

function dueAfter(minutes: number, pk: string): boolean {
  const item = itemsAt(minutes).get(pk);
  if (item === undefined) throw new Error(`no item of ${pk}`);
  return isDue(item, itemsAt(0).get(pk));
}

describe('the items of a beat', () => {
  it('of doors are gone soon after the last beat that made them, and the others hours later', () => {
    const life = (pk: string): number => (itemsAt(0).get(pk)?.expiresAt ?? 0) - startMs / 1000;
    expect([freshDoorPk(door), freshDoorPk(anyDoor), nextListPk('a')].map(life)).toEqual([900, 900, 10_800]);
  });

  it('that have not changed are written again when half of their life is over', () => {
    expect([7, 8].map((minutes) => dueAfter(minutes, freshDoorPk(door)))).toEqual([false, true]);
    expect([90, 91].map((minutes) => dueAfter(minutes, nextListPk('a')))).toEqual([false, true]);
  });
});
