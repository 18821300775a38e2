/** What changed since the day before, figure by figure. */
import { count, duration, percent, perSecond, quality, share, signOf, usd } from './figures';
import type { RunFigures } from './runFigures';

export interface Change {
  readonly name: string;
  readonly before: string;
  readonly now: string;
  /** Signed, in the unit of the figure. */
  readonly difference: string;
  /** Of the figure before; absent where it was 0, and of shares. */
  readonly relative?: number;
}

interface Measure {
  readonly name: string;
  readonly of: (figures: RunFigures) => number | null | undefined;
  readonly format: (value: number) => string;
  /** Differences of shares are points; saying that 2 % became 3 % "by 50 %" misleads. */
  readonly isShare?: true;
}

const measures: readonly Measure[] = [
  { name: 'Readers with a list', of: ({ readers }) => readers, format: count },
  { name: 'Articles', of: ({ articles }) => articles, format: count },
  { name: 'Clicks of the day', of: ({ clicks }) => clicks, format: count },
  { name: 'Malformed lines', of: ({ malformedShare }) => malformedShare, format: share, isShare: true },
  { name: 'Duplicate clicks', of: ({ duplicateShare }) => duplicateShare, format: share, isShare: true },
  { name: 'recall@10', of: ({ recallAt10 }) => recallAt10, format: quality },
  { name: 'NDCG@10', of: ({ ndcgAt10 }) => ndcgAt10, format: quality },
  { name: 'recall@10 of recent popularity', of: ({ popularRecallAt10 }) => popularRecallAt10, format: quality },
  { name: 'Training cost', of: ({ costUsd }) => costUsd, format: usd },
  { name: 'Saved by Spot', of: ({ savingPercent }) => savingPercent, format: percent, isShare: true },
  { name: 'Interruptions', of: ({ interruptions }) => interruptions, format: count },
  { name: 'Items loaded', of: ({ itemsLoaded }) => itemsLoaded, format: count },
  { name: 'Load rate', of: ({ itemsPerSecond }) => itemsPerSecond, format: perSecond },
  { name: 'Duration of the run', of: ({ durationSeconds }) => durationSeconds, format: duration },
];

/** Of figures that both days have; those of one day alone cannot be compared. */
export function changesBetween(before: RunFigures, now: RunFigures): Change[] {
  const guards = now.guards
    .filter(({ name }) => name.startsWith('share of'))
    .map(
      ({ name }): Measure => ({
        name: `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
        of: ({ guards: found }) => found.find((guard) => guard.name === name)?.figure,
        format: share,
        isShare: true,
      }),
    );
  return [...measures, ...guards].flatMap((measure) => changeOf(measure, measure.of(before), measure.of(now)));
}

function changeOf(
  { name, format, isShare }: Measure,
  before: number | null | undefined,
  now: number | null | undefined,
): Change[] {
  if (!isKnown(before) || !isKnown(now)) return [];
  const difference = now - before;
  const size = format(Math.abs(difference));
  return [
    {
      name,
      before: format(before),
      now: format(now),
      difference:
        difference === 0 ? 'the same' : `${signOf(difference)}${isShare ? size.replace('%', 'points') : size}`,
      ...(isShare || before === 0 ? {} : { relative: difference / before }),
    },
  ];
}

/** Neither absent nor a price that is not known, nor a figure that could not be worked out. */
function isKnown(value: number | null | undefined): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
