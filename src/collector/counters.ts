/** The collector's counters and gauges, and their text for Prometheus (exposition format 0.0.4). They start at zero with the process. */

const descriptions = {
  clicks_accepted_total: 'Clicks answered 202: they are on disk, or further.',
  clicks_passed_through_total:
    'Those of them that the disk did not take: the delivery stream had acknowledged them before the answer.',
  requests_rejected_total: 'Requests answered 4xx.',
  requests_unavailable_total: 'Requests answered 503.',
  records_total: 'Records that the delivery stream has acknowledged.',
  record_bytes_total: 'Bytes of the acknowledged records.',
  billed_units_total: 'Units of 5 KB that the acknowledged records are billed as.',
  records_refused_total:
    'Refusals of single records inside successful calls; each was offered again, or its senders got 503.',
  puts_total: 'Calls to the delivery stream.',
  put_failures_total: 'Calls to the delivery stream that failed as a whole.',
  spool_flushes_total: 'Flushes of the spool; requests that wait together share one.',
  clicks_restamped_total: 'Clicks whose event time was replaced by their arrival.',
  ledger_failures_total: 'Ledgers that could not be written; each is tried again.',
} as const;

/** Why a request was not taken. */
export const refusals = [
  'body',
  'event-time',
  'origin',
  'rate',
  'spool-full',
  'disk',
  'busy',
  'closing',
  'other',
] as const;
export type Refusal = (typeof refusals)[number];

const gauges = {
  spool_bytes: 'Bytes of the spool on disk.',
  spool_undelivered_clicks: 'Clicks on disk that the delivery stream has not acknowledged.',
  spool_oldest_undelivered_seconds: 'Age of the oldest of them.',
} as const;
export type Gauges = Readonly<Record<keyof typeof gauges, number>>;

export type CounterName = keyof typeof descriptions;

export class Counters {
  private readonly values = new Map<string, number>();

  add(name: CounterName, amount = 1): void {
    this.values.set(name, this.value(name) + amount);
  }

  value(name: CounterName): number {
    return this.values.get(name) ?? 0;
  }

  /** A request that was not taken, and the status of its answer. */
  refuse(reason: Refusal, statusCode: number): void {
    const sample = refusalSample(reason);
    this.values.set(sample, (this.values.get(sample) ?? 0) + 1);
    if (statusCode === 503) this.add('requests_unavailable_total');
    else if (statusCode < 500) this.add('requests_rejected_total');
  }

  /** All counters, also those still at zero, and the gauges as they are now. */
  text(now: Gauges): string {
    const counters = Object.entries(descriptions).map(([name, help]) =>
      metric(name, 'counter', help, [[name, this.values.get(name) ?? 0]]),
    );
    const byReason = refusals.map((reason): [string, number] => {
      const sample = refusalSample(reason);
      return [sample, this.values.get(sample) ?? 0];
    });
    return [
      ...counters,
      metric('requests_refused_total', 'counter', 'Requests that were not taken, by reason.', byReason),
      ...Object.entries(now).map(([name, value]) =>
        metric(name, 'gauge', Object.entries(gauges).find(([known]) => known === name)?.[1] ?? '', [[name, value]]),
      ),
    ].join('');
  }
}

function refusalSample(reason: Refusal): string {
  return `requests_refused_total{reason="${reason}"}`;
}

function metric(name: string, type: string, help: string, samples: readonly (readonly [string, number])[]): string {
  const lines = samples.map(([sample, value]) => `frontpage_collector_${sample} ${value}\n`).join('');
  return `# HELP frontpage_collector_${name} ${help}\n# TYPE frontpage_collector_${name} ${type}\n${lines}`;
}
