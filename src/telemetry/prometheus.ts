/**
 * What the pipeline tells Prometheus, beside what Temporal's SDK tells of the worker: read off what activities are given and
 * return, so that activities themselves know nothing of it. Labels are words of our own, never ids. Counters start at zero
 * with the process; docs/operations.md has them all.
 */
import type { MetricMeter } from '@temporalio/common';
import type { Notifier } from '../clients/notifier';
import type { RecommendationTable } from '../clients/recommendationTable';
import type { Activities, CountedFreshClicks, EvaluatedModel, LiveVersion, RunReport } from '../contract';
import { noLines } from '../domain/lineCounts';
import { startOfDayMs } from '../domain/runDate';
import type { Market } from '../domain/trainingJob';

/** From a second to the eight hours that a load may last; beats and clicks are over sooner. */
export const histogramBuckets = {
  frontpage_stage_seconds: [1, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14_400, 28_800],
  frontpage_fresh_step_seconds: [0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120],
  frontpage_fresh_click_to_list_seconds: [30, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1800, 3600],
};

/** The same activities, counted. */
export function countActivities(activities: Activities, meter: MetricMeter): Activities {
  const runs = runMetrics(meter);
  const fresh = freshMetrics(meter);
  return {
    ...activities,
    async evaluateModel(input) {
      const evaluated = await activities.evaluateModel(input);
      runs.evaluated(evaluated);
      return evaluated;
    },
    async readLive() {
      const live = await activities.readLive();
      if (live !== null) runs.live(live);
      return live;
    },
    async publish(input) {
      await activities.publish(input);
      runs.live(input);
    },
    async writeReport(report) {
      const written = await activities.writeReport(report);
      runs.ended(report);
      return written;
    },
    async countFreshClicks(input) {
      const counted = await fresh.timed('count', () => activities.countFreshClicks(input));
      fresh.counted(counted);
      return counted;
    },
    publishFreshLists: (input) => fresh.timed('publish', () => activities.publishFreshLists(input)),
  };
}

/** The same table; its writes are counted as they happen, for the rate of a load that goes on. */
export function countWrites(table: RecommendationTable, meter: MetricMeter): RecommendationTable {
  const written = meter.createCounter('frontpage_items_written', undefined, 'Lists that the table has taken.');
  const refused = meter.createCounter('frontpage_items_refused', undefined, 'Lists that were throttled.');
  const units = meter.createCounter('frontpage_write_units', undefined, 'Write units that these lists used.');
  for (const counter of [written, refused, units]) counter.add(0);
  return {
    ...table,
    async write(lists) {
      const answer = await table.write(lists);
      written.add(lists.length - answer.unprocessed.length);
      refused.add(answer.unprocessed.length);
      units.add(Math.round(answer.consumedUnits));
      return answer;
    },
  };
}

/** The same channels; what they take and do not take is counted. */
export function countAlerts(notifiers: readonly Notifier[], meter: MetricMeter): Notifier[] {
  const alerts = meter.createCounter('frontpage_alerts', undefined, 'Alerts, by what became of them.');
  return notifiers.map((notifier) => {
    const { channel } = notifier;
    for (const outcome of ['sent', 'failed']) alerts.add(0, { channel, outcome });
    return {
      channel,
      async send(notification) {
        try {
          await notifier.send(notification);
          alerts.add(1, { channel, outcome: 'sent' });
        } catch (error) {
          alerts.add(1, { channel, outcome: 'failed' });
          throw error;
        }
      },
    };
  });
}

const outcomes: readonly RunReport['outcome'][] = [
  'published',
  'kept newer',
  'not published',
  'rolled back',
  'failed',
  'cancelled',
];
const markets: readonly Market[] = ['spot', 'on-demand'];

function runMetrics(meter: MetricMeter) {
  const ended = meter.createCounter('frontpage_runs', undefined, 'Daily runs that ended, by outcome.');
  const stageSeconds = meter.createHistogram('frontpage_stage_seconds', 'float', undefined, 'Stages of runs.');
  const attempts = meter.createCounter('frontpage_training_attempts', undefined, 'Training jobs, by how they ended.');
  const interruptions = meter.createCounter('frontpage_training_interruptions', undefined, 'Spot reclaims.');
  const trained = meter.createCounter('frontpage_training_seconds', undefined, 'Seconds that training ran.');
  const billed = meter.createCounter('frontpage_training_billed_seconds', undefined, 'Seconds of them that are paid.');
  const clicks = meter.createCounter('frontpage_clicks_read', undefined, 'Clicks that daily runs read, by their fate.');
  const recall = meter.createGauge('frontpage_gate_recall_at_10', 'float', undefined, 'As the gate measured it last.');
  const live = meter.createGauge('frontpage_live_run_date_seconds', 'int', undefined, 'Start of the day that is live.');
  // A series that begins with its first event would show no increase for it.
  for (const outcome of outcomes) ended.add(0, { outcome });
  for (const market of markets) for (const counter of [interruptions, trained, billed]) counter.add(0, { market });
  return {
    evaluated({ clicks: read, quality }: EvaluatedModel): void {
      clicks.add(read.lines, { fate: 'read' });
      clicks.add(read.malformed, { fate: 'malformed' });
      clicks.add(read.duplicates, { fate: 'duplicate' });
      clicks.add(read.runDate, { fate: 'learned from' });
      recall.set(quality.candidate.recallAt10, { of: 'candidate' });
      recall.set(quality.popular.recallAt10, { of: 'popularity' });
      if (quality.champion !== undefined) recall.set(quality.champion.recallAt10, { of: 'live set' });
    },
    live({ runDate }: Pick<LiveVersion, 'runDate'>): void {
      live.set(startOfDayMs(runDate) / 1000);
    },
    ended(report: RunReport): void {
      const { stages, trainingAttempts = [] } = 'summary' in report ? report.summary : report;
      ended.add(1, { outcome: report.outcome });
      for (const { stage, startedAtMs, endedAtMs } of stages) {
        if (endedAtMs !== undefined) stageSeconds.record((endedAtMs - startedAtMs) / 1000, { stage });
      }
      for (const { market, outcome, ...attempt } of trainingAttempts) {
        attempts.add(1, { market, outcome });
        interruptions.add(attempt.interruptions, { market });
        trained.add(Math.round(attempt.trainingSeconds), { market });
        billed.add(Math.round(attempt.billableSeconds), { market });
      }
    },
  };
}

function freshMetrics(meter: MetricMeter) {
  const seconds = meter.createHistogram('frontpage_fresh_step_seconds', 'float', undefined, 'Steps of beats.');
  const clicks = meter.createCounter('frontpage_fresh_clicks', undefined, 'Clicks that beats read, by their fate.');
  for (const fate of Object.keys(noLines)) clicks.add(0, { fate });
  const left = meter.createGauge('frontpage_fresh_objects_left', 'int', undefined, 'Objects that are still unread.');
  return {
    async timed<T>(step: 'count' | 'publish', work: () => Promise<T>): Promise<T> {
      const startedAtMs = performance.now();
      const done = await work();
      seconds.record((performance.now() - startedAtMs) / 1000, { step });
      return done;
    },
    counted({ lines, objectsLeft }: CountedFreshClicks): void {
      for (const [fate, count] of Object.entries(lines)) clicks.add(count, { fate });
      left.set(objectsLeft);
    },
  };
}
