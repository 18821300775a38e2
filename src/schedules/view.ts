/**
 * A schedule in one way of writing, whether the code wants it or the server has it: the server keeps cron texts as ranges of each
 * field. Two views that are equal behave the same. A pause is no part of it, for it is the operator's.
 */
import {
  type CalendarSpecDescription,
  DAYS_OF_WEEK,
  MONTHS,
  type ScheduleDescription,
  type ScheduleOptions,
} from '@temporalio/client';
import { msToNumber } from '@temporalio/common/lib/time';
import { describeCron, parseCron } from '../domain/cron';

export interface ScheduleView {
  readonly spec: {
    /** As `describeCron` writes them. */
    readonly times: readonly string[];
    readonly intervals: readonly { readonly everySeconds: number; readonly offsetSeconds: number }[];
    readonly leftOut: readonly string[];
    readonly startAt?: string;
    readonly endAt?: string;
    readonly timeZone: string;
    readonly jitterSeconds: number;
  };
  readonly policies: {
    readonly overlap: string;
    readonly catchupSeconds: number;
    readonly pauseOnFailure: boolean;
  };
  readonly action: {
    readonly workflowType: string;
    readonly workflowId: string;
    readonly taskQueue: string;
    readonly args: unknown;
    readonly summary: string;
    readonly details: string;
    /** Each 0 when there is none. */
    readonly timeoutSeconds: { readonly execution: number; readonly run: number; readonly task: number };
  };
  /** Absent: no limit. */
  readonly remainingActions?: number;
}

type Action = ScheduleOptions['action'] | ScheduleDescription['action'];

export function viewOfWanted({ spec, policies, action }: ScheduleOptions): ScheduleView {
  return {
    spec: {
      times: (spec.cronExpressions ?? []).map((cron) => describeCron(parseCron(cron))),
      intervals: (spec.intervals ?? []).map(({ every, offset = 0 }) => ({
        everySeconds: msToNumber(every) / 1000,
        offsetSeconds: msToNumber(offset) / 1000,
      })),
      leftOut: [],
      timeZone: spec.timezone ?? 'UTC',
      jitterSeconds: msToNumber(spec.jitter ?? 0) / 1000,
    },
    policies: {
      overlap: policies?.overlap ?? 'SKIP',
      catchupSeconds: msToNumber(policies?.catchupWindow ?? '1 year') / 1000,
      pauseOnFailure: policies?.pauseOnFailure ?? false,
    },
    action: viewOfAction(action),
  };
}

export function viewOfServer({ spec, policies, action, state }: ScheduleDescription): ScheduleView {
  const { startAt, endAt, timezone } = spec;
  return {
    spec: {
      times: (spec.calendars ?? []).map(textOfCalendar),
      intervals: (spec.intervals ?? []).map(({ every, offset }) => ({
        everySeconds: every / 1000,
        // Where there is none, the server sends none, and the SDK makes that a NaN.
        offsetSeconds: (offset || 0) / 1000,
      })),
      leftOut: (spec.skip ?? []).map(textOfCalendar),
      ...(startAt === undefined ? {} : { startAt: startAt.toISOString() }),
      ...(endAt === undefined ? {} : { endAt: endAt.toISOString() }),
      timeZone: timezone === undefined || timezone === '' ? 'UTC' : timezone,
      jitterSeconds: (spec.jitter ?? 0) / 1000,
    },
    policies: {
      overlap: policies.overlap ?? 'SKIP',
      catchupSeconds: policies.catchupWindow / 1000,
      pauseOnFailure: policies.pauseOnFailure,
    },
    action: viewOfAction(action),
    ...(state.remainingActions === undefined ? {} : { remainingActions: state.remainingActions }),
  };
}

function viewOfAction(action: Action): ScheduleView['action'] {
  const { workflowType, workflowExecutionTimeout, workflowRunTimeout, workflowTaskTimeout } = action;
  const args: unknown = JSON.parse(JSON.stringify(action.args ?? []));
  return {
    workflowType: typeof workflowType === 'string' ? workflowType : workflowType.name,
    workflowId: action.workflowId ?? '',
    taskQueue: action.taskQueue,
    args,
    summary: action.staticSummary ?? '',
    details: action.staticDetails ?? '',
    timeoutSeconds: {
      execution: msToNumber(workflowExecutionTimeout ?? 0) / 1000,
      run: msToNumber(workflowRunTimeout ?? 0) / 1000,
      task: msToNumber(workflowTaskTimeout ?? 0) / 1000,
    },
  };
}

/** Five fields; before them seconds and after them years, where there are any. */
function textOfCalendar(calendar: CalendarSpecDescription): string {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek, year } = calendar;
  const numbered = <Name>(ranges: readonly Range<Name>[], names: readonly Name[], first: number): number[] =>
    ranges.flatMap(({ start, end, step }) =>
      numbersOf({ start: names.indexOf(start) + first, end: names.indexOf(end) + first, step }),
    );
  const fields = describeCron({
    minute: minute.flatMap(numbersOf),
    hour: hour.flatMap(numbersOf),
    dayOfMonth: dayOfMonth.flatMap(numbersOf),
    month: numbered(month, MONTHS, 1),
    dayOfWeek: numbered(dayOfWeek, DAYS_OF_WEEK, 0),
  });
  const seconds = second.flatMap(numbersOf).join(',');
  const years = year.flatMap(numbersOf).join(',');
  return `${seconds === '0' ? '' : `${seconds} `}${fields}${years === '' ? '' : ` ${years}`}`;
}

interface Range<Value> {
  readonly start: Value;
  readonly end: Value;
  readonly step: number;
}

function numbersOf({ start, end, step }: Range<number>): number[] {
  const numbers: number[] = [];
  for (let value = start; value <= end; value += Math.max(1, step)) numbers.push(value);
  return numbers;
}
