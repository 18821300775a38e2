/** What the night of the test reports is read against: the times of its jobs, the hours of its day, the month before. */
import { addDays, type RunDate } from '../../src/domain/runDate';
import { moneyOf } from '../../src/domain/trainingCost';
import { versionOf } from '../../src/domain/version';
import { earlierWeekdays } from '../../src/domain/volume';
import type { JobTimes, ReportContext, ReportedRun } from '../../src/report/context';
import { attempts, jobName, minuteMs, reportDate, stagesOf, startMs, summary } from './reports';

/** The two jobs as the training service tells of them. */
export function jobTimes(): JobTimes[] {
  const at = (minute: number): number => startMs(reportDate) + (12.1 + minute) * minuteMs;
  const span = (
    state: 'waiting' | 'preparing' | 'training' | 'interrupted' | 'saving' | 'ending',
    from: number,
    to: number,
  ) => ({
    state,
    startMs: at(from),
    endMs: at(to),
  });
  return [
    {
      jobName: jobName(1),
      spans: [
        span('waiting', 0, 2),
        span('preparing', 2, 3.6),
        span('training', 3.6, 18),
        span('interrupted', 18, 24),
        span('training', 24, 40),
        span('interrupted', 40, 43.2),
        span('training', 43.2, 49.5),
        span('ending', 49.5, 50.5),
      ],
    },
    {
      jobName: jobName(2),
      spans: [
        span('waiting', 50.6, 52),
        span('preparing', 52, 53.5),
        span('training', 53.5, 69.8),
        span('saving', 69.8, 70.9),
      ],
    },
  ];
}

/** A month of nights, one of which failed and one of which wrote nothing; the same every time. */
function earlierRuns(): { runs: ReportedRun[]; missing: RunDate[] } {
  const days = Array.from({ length: 24 }, (_, back) => addDays(reportDate, -1 - back));
  const isMissing = (index: number): boolean => index === 15;
  return {
    runs: days.flatMap((day, index) => (isMissing(index) ? [] : earlierRun(day, index))),
    missing: [
      ...days.filter((_, index) => isMissing(index)),
      ...Array.from({ length: 5 }, (_, back) => addDays(reportDate, -25 - back)),
    ],
  };
}

function earlierRun(day: RunDate, index: number): ReportedRun {
  const wave = Math.sin(index * 1.7);
  if (index === 8) {
    return { runDate: day, outcome: 'failed', failureType: 'DataRejected', stages: stagesOf(day).slice(0, 3) };
  }
  const usual = attempts.slice(0, 1).map((attempt) => ({
    ...attempt,
    trainingSeconds: 2900 + Math.round(300 * wave),
    billableSeconds: 960 + Math.round(90 * wave),
    interruptions: index % 5 === 0 ? 1 : 0,
  }));
  const quality = (figure: number) => ({ recallAt10: figure + 0.004 * wave, ndcgAt10: 0.85 * figure + 0.003 * wave });
  return {
    runDate: day,
    outcome: 'published',
    summary: {
      ...summary,
      version: versionOf(day, 1),
      clicks: { ...summary.clicks, runDate: 2_950_000 + Math.round(140_000 * wave) },
      readers: 405_000 + Math.round(4000 * wave),
      articles: 5100 + Math.round(90 * wave),
      quality: {
        candidate: quality(0.104),
        popular: quality(0.0915),
        priorWeight: 4,
        champion: { ...liveThen, ...quality(0.1035) },
      },
      itemsLoaded: 405_018,
      stages: stagesOf(day, 0.9 + 0.08 * wave),
      money: moneyOf(usual),
    },
  };
}

const liveThen = { version: '2026-11-21.01', readers: 18_000, readersWithList: 16_100 };

/** A day as portals have it: a quiet night, a morning, a noon and an evening. */
const clicksOfHour = [
  62, 38, 25, 19, 21, 44, 98, 156, 181, 168, 152, 158, 184, 176, 149, 141, 146, 161, 178, 196, 214, 221, 168, 104,
].map((thousands) => thousands * 1000);

export function reportContext(overrides: Partial<ReportContext> = {}): ReportContext {
  const hours = clicksOfHour.map((clicks, hour) => ({
    hour,
    objects: 12,
    sizeBytes: clicks * 38,
    clicks: Math.round(clicks * (hour >= 20 ? 1.4 : 0.98)),
  }));
  return {
    earlier: { ...earlierRuns(), unreadable: [] },
    volume: {
      hours,
      usual: {
        weekdays: earlierWeekdays(reportDate).length,
        bytesOfHour: clicksOfHour.map((clicks) => clicks * 38),
        clicksOfHour,
      },
    },
    jobs: jobTimes(),
    runbookUrl: 'https://example.org/runbook.md',
    ...overrides,
  };
}
