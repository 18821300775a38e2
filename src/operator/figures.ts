/** Figures of a process from its `GET /metrics`, text for Prometheus. */
import { samplesOf } from '../domain/prometheusText';

export interface CollectorFigures {
  readonly accepted: number;
  /** Clicks on disk that the delivery stream has not acknowledged, and the age of the oldest of them. */
  readonly undelivered: number;
  readonly oldestUndeliveredSeconds: number;
  /** Of the spool on disk. */
  readonly spoolBytes: number;
  /** Requests answered 503: nothing was promised to their senders. */
  readonly unavailable: number;
}

export interface ServingFigures {
  /** Answers by the tier that led them. */
  readonly answers: readonly (readonly [tier: string, count: number])[];
  readonly degraded: number;
  readonly unavailable: number;
  /** Absent: the process knows no fresh lists. */
  readonly freshAgeSeconds?: number;
}

/** The figure is not there: another program answers, or one of another release. */
export class NoSuchFigure extends Error {
  override readonly name = 'NoSuchFigure';
}

export function collectorFigures(text: string): CollectorFigures {
  return {
    accepted: figure(text, 'frontpage_collector_clicks_accepted_total'),
    undelivered: figure(text, 'frontpage_collector_spool_undelivered_clicks'),
    oldestUndeliveredSeconds: figure(text, 'frontpage_collector_spool_oldest_undelivered_seconds'),
    spoolBytes: figure(text, 'frontpage_collector_spool_bytes'),
    unavailable: figure(text, 'frontpage_collector_requests_unavailable_total'),
  };
}

export function servingFigures(text: string): ServingFigures {
  const age = samplesOf(text, 'frontpage_serving_fresh_age_seconds')[0]?.value;
  return {
    answers: samplesOf(text, 'frontpage_serving_answers_total').map(({ labels, value }) => [
      /tier="([^"]*)"/.exec(labels)?.[1] ?? '',
      Number(value),
    ]),
    degraded: figure(text, 'frontpage_serving_degraded_total'),
    unavailable: figure(text, 'frontpage_serving_unavailable_total'),
    ...(age === undefined ? {} : { freshAgeSeconds: Number(age) }),
  };
}

function figure(text: string, name: string): number {
  const [sample] = samplesOf(text, name);
  if (sample === undefined) throw new NoSuchFigure(`there is no figure ${name}`);
  return Number(sample.value);
}
