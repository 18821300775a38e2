/** What was answered since the process began, as text for Prometheus (exposition format 0.0.4). A publish that went wrong shows here. */
import { type Tier, tiers } from './composeFrontPage';
import type { FrontPage } from './frontPages';

export class Counters {
  private readonly answers = new Map<Tier, number>();
  private degraded = 0;
  private empty = 0;
  private unavailable = 0;

  answered({ tier, articles, degraded }: FrontPage): void {
    this.answers.set(tier, (this.answers.get(tier) ?? 0) + 1);
    if (degraded) this.degraded += 1;
    if (articles.length === 0) this.empty += 1;
  }

  refused(): void {
    this.unavailable += 1;
  }

  text(): string {
    const byTier = tiers.map((tier) => [`answers_total{tier="${tier}"}`, this.answers.get(tier) ?? 0] as const);
    return [
      metric('answers_total', 'Answers with a list, by the tier that led it.', byTier),
      metric('degraded_total', 'Of them, those made without the table.', [['degraded_total', this.degraded]]),
      metric('empty_total', 'Of them, those without an article.', [['empty_total', this.empty]]),
      metric('unavailable_total', 'Requests answered 503.', [['unavailable_total', this.unavailable]]),
    ].join('');
  }
}

function metric(name: string, help: string, samples: readonly (readonly [string, number])[]): string {
  const lines = samples.map(([sample, value]) => `frontpage_serving_${sample} ${value}\n`).join('');
  return `# HELP frontpage_serving_${name} ${help}\n# TYPE frontpage_serving_${name} counter\n${lines}`;
}
