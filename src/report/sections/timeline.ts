/** The stages of the run over time, with its training jobs. */
import type { RunReport, StageTime, TrainingAttempt } from '../../contract';
import { rungName } from '../../domain/trainingCost';
import { type Html, html } from '../../pages/html';
import { figureOf } from '../charts/drawing';
import { timelineHeightPx, timelineOption } from '../charts/timelineChart';
import { labelOf, type TimelineBar, type TimelineMark, type TimelineRow } from '../charts/timelineRow';
import type { EndedRun, JobTimes, ReportContext } from '../context';
import { duration, instant, plural } from '../figures';
import { absent, type Section, tableOf } from '../parts';
import { marksOf, publishedAtMs } from './head';
import { trainingJobs } from './trainingJobs';

export function timelineSection(report: EndedRun, context: ReportContext): Section {
  const { stages, trainingAttempts = [] } = marksOf(report);
  const title = { id: 'stages', title: 'Stages' };
  if (stages.length === 0) return { ...title, body: [absent('The run ended before its first stage began.')] };
  const rows = rowsOf(report, context.jobs);
  const marks = timelineMarks(report, rows);
  return {
    ...title,
    body: [
      figureOf({
        id: 'timeline',
        title: 'From the start of the run to its end, UTC',
        summary: `A bar for each of ${plural(stages.length, 'stage', 'stages')} and ${plural(trainingAttempts.length, 'training job', 'training jobs')} over time. The longest stage is ${longest(stages)}.`,
        heightPx: () => timelineHeightPx(rows, marks),
        option: (width) => timelineOption(rows, marks, width),
        table: stagesTable(stages),
      }),
      legendOf(),
      ...trainingJobs(trainingAttempts, context.jobs),
    ],
  };
}

function rowsOf(report: EndedRun, jobs: readonly JobTimes[]): TimelineRow[] {
  const { stages, trainingAttempts = [] } = marksOf(report);
  const failedStage = 'failedStage' in report ? report.failedStage : undefined;
  return stages.flatMap(({ stage, startedAtMs, endedAtMs }, index) => {
    const isFailed = stage === failedStage && index === stages.length - 1;
    const bar: TimelineBar = {
      state: isFailed ? 'failed stage' : 'stage',
      startMs: startedAtMs,
      endMs: endedAtMs ?? Math.max(startedAtMs, report.endedAtMs),
    };
    const label = endedAtMs === undefined && !isFailed ? 'while this was written' : labelOf([bar]);
    const row: TimelineRow = {
      name: stage,
      bars: [bar],
      label: isFailed ? `${report.outcome} after ${labelOf([bar])}` : label,
    };
    return stage === 'training' ? [row, ...jobRows(trainingAttempts, jobs)] : [row];
  });
}

function jobRows(attempts: readonly TrainingAttempt[], jobs: readonly JobTimes[]): TimelineRow[] {
  return attempts.flatMap((attempt) => {
    const spans = spansOfAttempt(attempt, jobs);
    if (spans === undefined || spans.length === 0) return [];
    const lost =
      attempt.interruptions === 0 ? '' : `, ${plural(attempt.interruptions, 'interruption', 'interruptions')}`;
    return [
      {
        name: `↳ ${rungName(attempt)}`,
        shortName: `↳ ${attempt.market}`,
        bars: spans,
        label: `${labelOf(spans)}${lost}`,
        shortLabel: labelOf(spans),
      },
    ];
  });
}

function spansOfAttempt({ jobName }: TrainingAttempt, jobs: readonly JobTimes[]) {
  const spans = jobs.find((job) => job.jobName === jobName)?.spans;
  return spans === undefined || 'notKnown' in spans ? undefined : spans;
}

function timelineMarks(report: RunReport, rows: readonly TimelineRow[]): TimelineMark[] {
  const liveAtMs = publishedAtMs(report);
  const { deadlineAtMs } = marksOf(report);
  const startMs = Math.min(...rows.flatMap(({ bars }) => bars.map((bar) => bar.startMs)));
  const endMs = Math.max(...rows.flatMap(({ bars }) => bars.map((bar) => bar.endMs)));
  // A deadline far away would press the stages into a corner; the head of the page names it.
  const isNear = deadlineAtMs !== undefined && deadlineAtMs - endMs <= endMs - startMs && deadlineAtMs >= startMs;
  return [
    ...(liveAtMs === undefined ? [] : [{ name: 'live', atMs: liveAtMs }]),
    ...(isNear ? [{ name: 'deadline', atMs: deadlineAtMs }] : []),
  ];
}

function longest(stages: readonly StageTime[]): string {
  const ended = stages.flatMap(({ stage, startedAtMs, endedAtMs }) =>
    endedAtMs === undefined ? [] : [{ stage, seconds: (endedAtMs - startedAtMs) / 1000 }],
  );
  const [first] = ended.sort((a, b) => b.seconds - a.seconds);
  return first === undefined ? 'not over yet' : `${first.stage} with ${duration(first.seconds)}`;
}

function stagesTable(stages: readonly StageTime[]): Html {
  return tableOf(
    'Stages',
    [{ name: 'Stage' }, { name: 'Started, UTC' }, { name: 'Took', isNumber: true }],
    stages.map(({ stage, startedAtMs, endedAtMs }) => [
      stage,
      instant(startedAtMs),
      endedAtMs === undefined ? 'not over when this was written' : duration((endedAtMs - startedAtMs) / 1000),
    ]),
  );
}

const legendEntries = [
  ['stage', 'stage; training'],
  ['waiting', 'waiting for an instance'],
  ['preparing', 'preparing, saving'],
  ['interrupted', 'interrupted, or failed'],
] as const;

/** Outside the drawing, so that it wraps. */
function legendOf(): Html {
  return html`<ul class="legend">
${legendEntries.map(
  ([state, words]) => html`<li><span class="swatch ${state}" aria-hidden="true"></span>${words}</li>
`,
)}</ul>
`;
}
