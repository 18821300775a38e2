/** What a collector did in the last minute, by the counters that this program saw of it: they say only how much it was since its start. */
import { minuteMs } from '../domain/durations';
import type { CollectorFigures } from './figures';

export interface Pace {
  readonly acceptedPerMinute: number;
  /** Requests answered 503. */
  readonly unavailable: number;
}

type Counted = Pick<CollectorFigures, 'accepted' | 'unavailable'>;

/** Between looks that are closer, a second more or less would make another rate. */
const leastMs = 1000;

export class CollectorPace {
  private looks: readonly (Counted & { readonly atMs: number })[] = [];

  /** `undefined` at the first look, and at the first one after the collector was started again. */
  take(atMs: number, { accepted, unavailable }: Counted): Pace | undefined {
    const isNew = this.looks.some((look) => look.accepted > accepted || look.unavailable > unavailable);
    const before = isNew ? [] : this.looks.filter((look) => atMs - look.atMs <= minuteMs);
    this.looks = [...before, { atMs, accepted, unavailable }];
    const [first] = before;
    if (first === undefined || atMs - first.atMs < leastMs) return undefined;
    return {
      acceptedPerMinute: ((accepted - first.accepted) * minuteMs) / (atMs - first.atMs),
      unavailable: unavailable - first.unavailable,
    };
  }
}
