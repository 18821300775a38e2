/** Every click of a span against the list that each method would have served at that instant. */
import { performance } from 'node:perf_hooks';
import { type AsServedOptions, AsServedReplay, type ServedClick } from '../../src/domain/asServed';
import { type KindOfMoments, type QualityEstimate, ServedFigures } from '../../src/domain/asServedFigures';
import {
  clickQuality,
  listOf,
  type MethodSettings,
  type ServedMethod,
  servedMethods,
} from '../../src/domain/asServedMethods';
import { blend } from '../../src/domain/blend';

const dayMs = 86_400_000;

type OfKinds<T> = Readonly<Record<KindOfMoments, T>>;

export interface QualityDay {
  readonly from: string;
  readonly clicks: OfKinds<number>;
  readonly served: OfKinds<QualityEstimate>;
  readonly freshPopular: OfKinds<QualityEstimate>;
  readonly servedOverFreshPopular: OfKinds<QualityEstimate>;
}

export interface Quality {
  /** Judged: of the span, on articles that their reader had not read. */
  readonly clicks: OfKinds<number>;
  readonly readers: number;
  /** Share of the judged clicks on articles that any delivered click had named. */
  readonly ceiling: number;
  /** Methods without a list are left out. */
  readonly figures: OfKinds<Partial<Record<ServedMethod, QualityEstimate>>>;
  /** Of the figures, on the same drawn readers. */
  readonly servedOverFreshPopular: OfKinds<QualityEstimate>;
  readonly days: readonly QualityDay[];
  readonly microsecondsPerBlend: number;
}

export function measureQuality(
  clicks: readonly ServedClick[],
  options: AsServedOptions,
  settings: MethodSettings,
): Quality {
  const methods = servedMethods.filter((method) => options.nightly.length > 0 || !method.startsWith('nightly'));
  const whole = new ServedFigures(methods);
  const days = new Map<number, ServedFigures<'served' | 'freshPopular'>>();
  const readers = new Set<string>();
  const replay = new AsServedReplay(options);
  let known = 0;
  let blendMs = 0;
  for (const click of clicks) {
    replay.play(click, (moment) => {
      const startedAtMs = performance.now();
      blend(moment.input, settings.weights);
      blendMs += performance.now() - startedAtMs;
      const qualities = new Map(
        methods.map((method) => [method, clickQuality(listOf(method, moment, settings), click.articleId)]),
      );
      const qualityOf = (method: ServedMethod) => qualities.get(method) ?? { hitAt10: 0, ndcgAt10: 0 };
      whole.add(click.userId, moment.kind, qualityOf);
      const dayMsFrom = Math.floor((click.occurredAtMs - options.judgedFromMs) / dayMs) * dayMs + options.judgedFromMs;
      const day = days.get(dayMsFrom) ?? new ServedFigures(['served', 'freshPopular']);
      day.add(click.userId, moment.kind, qualityOf);
      days.set(dayMsFrom, day);
      readers.add(click.userId);
      if (moment.known) known += 1;
    });
  }
  const judged = whole.clicks('all');
  return {
    clicks: ofKinds((kind) => whole.clicks(kind)),
    readers: readers.size,
    ceiling: known / judged,
    figures: ofKinds((kind) => Object.fromEntries(methods.map((method) => [method, whole.estimate(kind, method)]))),
    servedOverFreshPopular: ofKinds((kind) => whole.ratio(kind, 'served', 'freshPopular')),
    days: Array.from(days, ([fromMs, day]) => ({
      from: new Date(fromMs).toISOString(),
      clicks: ofKinds((kind) => day.clicks(kind)),
      served: ofKinds((kind) => day.estimate(kind, 'served')),
      freshPopular: ofKinds((kind) => day.estimate(kind, 'freshPopular')),
      servedOverFreshPopular: ofKinds((kind) => day.ratio(kind, 'served', 'freshPopular')),
    })),
    microsecondsPerBlend: (1000 * blendMs) / judged,
  };
}

const ofKinds = <T>(of: (kind: KindOfMoments) => T): OfKinds<T> => ({
  first: of('first'),
  next: of('next'),
  all: of('all'),
});
