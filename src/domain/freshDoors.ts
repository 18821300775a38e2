/** What visits begin with, told apart by the door that their readers came through. */
import { anyDoor } from './door';
import { minuteMs } from './durations';
import type { FreshArticle } from './freshArticles';
import { type ScoredList, scoredList } from './freshLists';
import type { FreshSettings } from './freshSettings';
import { beginsVisit, type FreshTrace } from './freshTrace';

/** Those that most visits come through; readers of the others get what everybody gets. */
const maxDoors = 8;

type Weights = Map<FreshArticle, number>;

/**
 * By door, and of all readers under `anyDoor`; none while nobody comes. Shares of clicks that begin a visit, decayed by the half-life that lists
 * are ranked by; those of a door lean on those of all as much as so many clicks would (`halfTrustedClicks`), so that a door
 * with few readers is no lottery. What has left the window weighs nothing by then.
 */
export function doorLists(
  traces: Iterable<FreshTrace>,
  atMs: number,
  settings: FreshSettings,
): Map<number, ScoredList> {
  const { rankHalfLifeMinutes, visitGapMinutes, leastWeight, halfTrustedClicks, sectionLength } = settings;
  const all: Weights = new Map();
  const ofDoors = new Map<number, Weights>();
  for (const trace of traces) {
    for (const [at, article] of trace.articles.entries()) {
      if (!beginsVisit(trace, at, visitGapMinutes * minuteMs)) continue;
      const ageMinutes = Math.max(0, atMs - (trace.timesMs[at] ?? 0)) / minuteMs;
      const weight = 2 ** (-ageMinutes / rankHalfLifeMinutes);
      if (weight < leastWeight) continue;
      addWeight(all, article, weight);
      const door = trace.doors[at] ?? anyDoor;
      if (door !== anyDoor) addWeight(weightsOf(ofDoors, door), article, weight);
    }
  }
  const total = totalOf(all);
  if (total === 0) return new Map();
  const busiest = [...ofDoors]
    .map(([door, weights]) => ({ door, weights, ofDoor: totalOf(weights) }))
    .toSorted((a, b) => b.ofDoor - a.ofDoor || a.door - b.door)
    .slice(0, maxDoors);
  const lists = new Map([[anyDoor, scoredList([...all], sectionLength, total)]]);
  for (const { door, weights, ofDoor } of busiest) {
    const leaning = [...all].map(([article, weight]): [FreshArticle, number] => [
      article,
      (weights.get(article) ?? 0) + (halfTrustedClicks * weight) / total,
    ]);
    lists.set(door, scoredList(leaning, sectionLength, ofDoor + halfTrustedClicks));
  }
  return lists;
}

/** Of these the first that there is a list of is for a reader who came through a door, or of whom that is not known. */
export const doorsInTurn = (door = anyDoor): readonly number[] => (door === anyDoor ? [anyDoor] : [door, anyDoor]);

export const listOfDoor = (lists: ReadonlyMap<number, ScoredList>, door?: number): ScoredList | undefined =>
  doorsInTurn(door).flatMap((one) => lists.get(one) ?? [])[0];

function weightsOf(ofDoors: Map<number, Weights>, door: number): Weights {
  let weights = ofDoors.get(door);
  if (weights === undefined) {
    weights = new Map();
    ofDoors.set(door, weights);
  }
  return weights;
}

const addWeight = (weights: Weights, article: FreshArticle, weight: number): void => {
  weights.set(article, (weights.get(article) ?? 0) + weight);
};

const totalOf = (weights: Weights): number => [...weights.values()].reduce((sum, weight) => sum + weight, 0);
