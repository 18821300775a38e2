/** Looks at the pipeline. Many eyes cost no more than one: a look is shared for as long as it is young. */
import { usualOf } from '../activities/dayHours';
import { minuteMs } from '../domain/durations';
import type { RunDate } from '../domain/runDate';
import type { UsualVolume } from '../domain/volume';
import { CollectorPace } from './collectorPace';
import { lookAround, type OperatorView } from './operatorView';
import type { OperatorSources } from './sources';

/** Less than the time between two questions of one page. */
const youngMs = 1500;
/** What a day usually brings is of earlier weeks, and costs some reads. */
const usualKeptMs = 10 * minuteMs;

export class Looks {
  private readonly looks = new Map<string, { readonly view: Promise<OperatorView>; readonly atMs: number }>();
  private readonly pace = new CollectorPace();
  private readonly usual = new Map<RunDate, { readonly volume: Promise<UsualVolume>; readonly atMs: number }>();

  constructor(private readonly sources: OperatorSources) {}

  async look(asked: RunDate | undefined): Promise<OperatorView> {
    const atMs = Date.now();
    forgetOlder(this.looks, atMs - youngMs);
    const name = asked ?? 'newest';
    const known = this.looks.get(name);
    if (known !== undefined) return known.view;
    const view = lookAround(
      this.sources,
      { usualOf: (day) => this.usualOf(day, atMs), paceOf: (figures) => this.pace.take(atMs, figures) },
      atMs,
      asked,
    );
    this.looks.set(name, { view, atMs });
    return view;
  }

  /** What was seen before something was changed from here is shown to nobody after it. */
  forget(): void {
    this.looks.clear();
  }

  private usualOf(day: RunDate, atMs: number): Promise<UsualVolume> {
    forgetOlder(this.usual, atMs - usualKeptMs);
    const known = this.usual.get(day);
    if (known !== undefined) return known.volume;
    const volume = usualOf(this.sources.lake, day);
    this.usual.set(day, { volume, atMs });
    // A failure is told of once, and not kept.
    volume.catch(() => this.usual.delete(day));
    return volume;
  }
}

function forgetOlder<Name>(known: Map<Name, { readonly atMs: number }>, thanMs: number): void {
  for (const [name, { atMs }] of known) if (atMs <= thanMs) known.delete(name);
}
