/** What a timeline is drawn from: rows of bars, and instants that matter. */
import type { JobSpan } from '../../domain/jobTimes';
import { duration } from '../figures';

export interface TimelineRow {
  readonly name: string;
  /** On a narrow page. */
  readonly shortName?: string;
  readonly bars: readonly TimelineBar[];
  /** Beside the bars, as long as there is room for it. */
  readonly label: string;
  /** The same on a narrow page, where it is longer than that. */
  readonly shortLabel?: string;
}

export interface TimelineBar {
  readonly state: JobSpan['state'] | 'stage' | 'failed stage';
  readonly startMs: number;
  readonly endMs: number;
}

export interface TimelineMark {
  readonly name: string;
  readonly atMs: number;
}

/** What a row says about its length: `12 min 30 s`. */
export const labelOf = (bars: readonly TimelineBar[]): string => {
  const [first, last] = [bars[0], bars.at(-1)];
  return first === undefined || last === undefined ? '' : duration((last.endMs - first.startMs) / 1000);
};
