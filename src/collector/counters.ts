/** The collector's counters, and their text for Prometheus (exposition format 0.0.4). They start at zero with the process. */

const descriptions = {
  clicks_accepted_total: 'Clicks that the delivery stream has acknowledged.',
  requests_rejected_total: 'Requests answered 4xx.',
  requests_unavailable_total: 'Requests answered 503.',
  records_total: 'Records that the delivery stream has acknowledged.',
  record_bytes_total: 'Bytes of the acknowledged records.',
  billed_units_total: 'Units of 5 KB that the acknowledged records are billed as.',
  records_refused_total: 'Refusals of single records inside successful calls; each was offered again.',
  records_given_up_total: 'Records not delivered in time; their requests were answered 503.',
  puts_total: 'Calls to the delivery stream.',
  put_failures_total: 'Calls to the delivery stream that failed as a whole.',
} as const;

export type CounterName = keyof typeof descriptions;

export class Counters {
  private readonly values = new Map<string, number>();

  add(name: CounterName, amount = 1): void {
    this.values.set(name, this.value(name) + amount);
  }

  value(name: CounterName): number {
    return this.values.get(name) ?? 0;
  }

  /** All counters, also those still at zero. */
  text(): string {
    return Object.entries(descriptions)
      .map(([name, help]) => {
        const metric = `frontpage_collector_${name}`;
        return `# HELP ${metric} ${help}\n# TYPE ${metric} counter\n${metric} ${this.values.get(name) ?? 0}\n`;
      })
      .join('');
  }
}
