import { anyDoor, doorOf } from '../../src/domain/door';
import { minuteMs } from '../../src/domain/durations';
import { listOfDoor } from '../../src/domain/freshDoors';
import type { ScoredList } from '../../src/domain/freshLists';
import { defaultFreshSettings } from '../../src/domain/freshSettings';
import { type FreshClick, FreshState } from '../../src/domain/freshState';

const startMs = Date.UTC(2026, 10, 23, 12);
const at = (minutes: number): number => startMs + minutes * minuteMs;
const search = doorOf('https://search.example.net');
const social = doorOf('https://social.example.net');

const click = (userId: string, articleId: string, minutes: number, door?: number): FreshClick => {
  return { userId, articleId, occurredAtMs: at(minutes), ...(door === undefined ? {} : { door }) };
};

function stateOf(clicks: readonly FreshClick[], minutes = 10): FreshState {
  const state = FreshState.empty(defaultFreshSettings);
  for (const one of clicks) expect(state.count(one, at(minutes))).toBe('counted');
  state.prune(at(minutes));
  return state;
}

/** As many readers as asked for, each with one click at minute 5. */
function comers(name: string, count: number, articleId: string, door?: number): FreshClick[] {
  return Array.from({ length: count }, (_, number) => click(`${name}${number}`, articleId, 5, door));
}

const scoreOf = (list: ScoredList | undefined, articleId: string): number =>
  list?.scores[list.articles.indexOf(articleId)] ?? 0;

describe('the lists of doors', () => {
  it('tell what visits begin with, for each door and for all', () => {
    const clicks = [...comers('s', 60, 'a', search), ...comers('o', 30, 'b', social), ...comers('x', 10, 'c')];
    const { doors } = stateOf(clicks).lists(at(10));
    expect([...doors.keys()]).toEqual([anyDoor, search, social]);
    expect(doors.get(anyDoor)?.articles).toEqual(['a', 'b', 'c']);
    expect(scoreOf(doors.get(anyDoor), 'a')).toBeCloseTo(0.6, 10);
    expect(doors.get(search)?.articles[0]).toBe('a');
    expect(doors.get(social)?.articles[0]).toBe('b');
    // A click of 5 minutes ago weighs a half; ten clicks of all readers' taste come to it.
    expect(scoreOf(doors.get(social), 'b')).toBeCloseTo((15 + 10 * 0.3) / (15 + 10), 10);
    expect(scoreOf(doors.get(social), 'a')).toBeCloseTo((10 * 0.6) / (15 + 10), 10);
  });

  it('leave out what a visit goes on with, and count a reader who comes again', () => {
    const clicks = [
      ...comers('s', 9, 'a', search),
      click('r', 'a', 0, search),
      click('r', 'b', 2, search),
      click('r', 'c', 33, social),
    ];
    const { doors } = stateOf(clicks, 34).lists(at(34));
    expect(doors.get(anyDoor)?.articles).toEqual(['c', 'a']);
    expect(scoreOf(doors.get(social), 'b')).toBe(0);
    expect(doors.get(social)?.articles[0]).toBe('c');
  });

  it('are those of the eight doors that most visits come through; who came through another gets that of all', () => {
    const clicks = Array.from({ length: 12 }, (_, door) => comers(`d${door}-`, 20 - door, `a${door}`, 100 + door));
    const { doors } = stateOf(clicks.flat()).lists(at(10));
    expect([...doors.keys()]).toEqual([anyDoor, 100, 101, 102, 103, 104, 105, 106, 107]);
    expect(listOfDoor(doors, 103)).toBe(doors.get(103));
    expect(listOfDoor(doors, 111)).toBe(doors.get(anyDoor));
    expect(listOfDoor(doors)).toBe(doors.get(anyDoor));
  });

  it('are not there when nobody has come for long', () => {
    const state = stateOf(comers('s', 5, 'a', search));
    expect(state.lists(at(90)).doors).toEqual(new Map());
    expect(FreshState.empty(defaultFreshSettings).lists(at(0)).doors).toEqual(new Map());
  });

  it('are the same after the state was written and read, and whatever the order of the clicks', () => {
    const clicks = [...comers('s', 7, 'a', search), ...comers('o', 5, 'b', social), ...comers('x', 3, 'c')];
    const state = stateOf(clicks);
    expect(FreshState.read(state.write(), defaultFreshSettings).lists(at(12))).toEqual(state.lists(at(12)));
    const other = stateOf(clicks.toReversed());
    expect(other.lists(at(12))).toEqual(state.lists(at(12)));
    expect(other.write().equals(state.write())).toBe(true);
  });

  it('go by the earliest click of a reader on an article', () => {
    const state = stateOf([click('r', 'a', 8, social), ...comers('s', 3, 'b', search)]);
    expect(state.count(click('r', 'a', 4, search), at(10))).toBe('repeated');
    const { doors } = state.lists(at(10));
    expect(doors.has(social)).toBe(false);
    expect(scoreOf(doors.get(search), 'a')).toBeGreaterThan(0);
  });

  it('forget a reader who is forgotten', () => {
    const state = stateOf([...comers('s', 3, 'a', search), click('gone', 'b', 5, social)]);
    expect(state.forget('gone')).toBe(true);
    expect(state.lists(at(10)).doors.has(social)).toBe(false);
  });
});
