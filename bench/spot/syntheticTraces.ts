/**
 * Made-up markets, so that a policy is not fitted to a few published weeks: spells with and without Spot follow each other,
 * with lengths that are memoryless, heavy-tailed (most are short, a few last for days, as on published traces) or even.
 */
import { Random } from '../../local/newsroom/random';
import type { Trace } from './window';

type Hours = (random: Random) => number;

const days = 60;
const longestHours = 72;

const memoryless =
  (mean: number): Hours =>
  (random) =>
    random.exponential(mean);
const heavyTailed =
  (shortest: number): Hours =>
  (random) =>
    Math.min(longestHours, shortest * (1 - random.next()) ** (-1 / 1.1));
const even =
  (from: number, to: number): Hours =>
  (random) =>
    from + (to - from) * random.next();

/** Length of spells with Spot, and of those without it. */
const markets: readonly (readonly [string, Hours, Hours])[] = [
  ...(
    [
      [0.5, 0.5],
      [0.5, 2],
      [0.3, 4],
      [2, 0.5],
      [2, 2],
      [2, 8],
      [8, 1],
      [8, 8],
    ] as const
  ).map(([up, down]) => [`memoryless ${up}/${down}`, memoryless(up), memoryless(down)] as const),
  ...(
    [
      [0.17, 0.17],
      [0.17, 0.5],
      [0.5, 0.17],
      [0.5, 0.5],
    ] as const
  ).map(([up, down]) => [`heavy-tailed ${up}/${down}`, heavyTailed(up), heavyTailed(down)] as const),
  ['even 0.5 to 1.5', even(0.5, 1.5), even(0.5, 1.5)],
];

export function syntheticTraces(seed: number, gapSeconds = 600): Trace[] {
  return markets.map(([name, up, down], index) => {
    const random = new Random(seed * 1000 + index);
    const available: boolean[] = [];
    const samples = (days * 86_400) / gapSeconds;
    for (let spot = random.next() < 0.5; available.length < samples; spot = !spot) {
      const length = Math.max(1, Math.round(((spot ? up : down)(random) * 3600) / gapSeconds));
      for (let sample = 0; sample < length && available.length < samples; sample++) available.push(spot);
    }
    return { name, gapMs: gapSeconds * 1000, available };
  });
}
