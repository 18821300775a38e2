/** What was answered since the process began, as text for Prometheus (exposition format 0.0.4). A publish that went wrong shows here. */
import { type Tier, tiers } from './composeFrontPage';
import type { LookUp } from './freshLists';
import type { FrontPage } from './frontPage';

const lookUps: readonly LookUp[] = [
  { result: 'found', from: 'memory' },
  { result: 'absent', from: 'memory' },
  { result: 'found', from: 'table' },
  { result: 'absent', from: 'table' },
  { result: 'failed', from: 'table' },
];

/** Upper bounds, in seconds: around the 50 ms that an answer may wait for the table. */
const secondsBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1] as const;

type Sample = readonly [name: string, value: number];

export class Counters {
  private readonly answers = new Map<Tier, number>();
  private readonly nextLists = new Map<string, number>();
  private fresh = 0;
  private degraded = 0;
  private empty = 0;
  private unavailable = 0;
  private unreadableItems = 0;
  /** By the first bound that is not below; the last one has no bound. */
  private readonly took = new Array<number>(secondsBounds.length + 1).fill(0);
  private tookSeconds = 0;

  answered({ tier, articles, degraded, freshAt }: FrontPage): void {
    this.answers.set(tier, (this.answers.get(tier) ?? 0) + 1);
    if (freshAt !== undefined) this.fresh += 1;
    if (degraded) this.degraded += 1;
    if (articles.length === 0) this.empty += 1;
  }

  /** Of a list that was asked for, until it is there to be sent. */
  answeredIn(seconds: number): void {
    const within = secondsBounds.findIndex((bound) => seconds <= bound);
    const bucket = within === -1 ? secondsBounds.length : within;
    this.took[bucket] = (this.took[bucket] ?? 0) + 1;
    this.tookSeconds += seconds;
  }

  refused(): void {
    this.unavailable += 1;
  }

  nextList(lookUp: LookUp): void {
    const sample = sampleOf(lookUp);
    this.nextLists.set(sample, (this.nextLists.get(sample) ?? 0) + 1);
  }

  unreadable(): void {
    this.unreadableItems += 1;
  }

  /** The age is that of the fresh lists, where some are known. */
  text(freshAgeSeconds: number | undefined): string {
    const byTier = tiers.map((tier): Sample => [`answers_total{tier="${tier}"}`, this.answers.get(tier) ?? 0]);
    const byOutcome = lookUps.map(sampleOf).map((sample): Sample => [sample, this.nextLists.get(sample) ?? 0]);
    return [
      metric('answers_total', 'Answers with a list, by the tier that led it.', byTier),
      metric('fresh_total', 'Of them, those in which fresh lists took part.', [['fresh_total', this.fresh]]),
      metric('degraded_total', 'Of them, those made without the table.', [['degraded_total', this.degraded]]),
      metric('empty_total', 'Of them, those without an article.', [['empty_total', this.empty]]),
      metric('unavailable_total', 'Requests answered 503.', [['unavailable_total', this.unavailable]]),
      metric('next_lists_total', 'Next lists that answers asked for, by what became of it.', byOutcome),
      metric('unreadable_total', 'Items of the table that could not be read.', [
        ['unreadable_total', this.unreadableItems],
      ]),
      this.histogram('answer_seconds', 'From a request to its list.'),
      freshAgeSeconds === undefined
        ? ''
        : metric(
            'fresh_age_seconds',
            'Since the beat of the last fresh lists that are known.',
            [['fresh_age_seconds', freshAgeSeconds]],
            'gauge',
          ),
    ].join('');
  }

  private histogram(name: string, help: string): string {
    let below = 0;
    const buckets = this.took.map((count, index): Sample => {
      below += count;
      return [`${name}_bucket{le="${secondsBounds[index] ?? '+Inf'}"}`, below];
    });
    const samples: readonly Sample[] = [...buckets, [`${name}_sum`, this.tookSeconds], [`${name}_count`, below]];
    return metric(name, help, samples, 'histogram');
  }
}

const sampleOf = ({ result, from }: LookUp): string => `next_lists_total{result="${result}",from="${from}"}`;

function metric(
  name: string,
  help: string,
  samples: readonly Sample[],
  type: 'counter' | 'gauge' | 'histogram' = 'counter',
): string {
  const lines = samples.map(([sample, value]) => `frontpage_serving_${sample} ${value}\n`).join('');
  return `# HELP frontpage_serving_${name} ${help}\n# TYPE frontpage_serving_${name} ${type}\n${lines}`;
}
