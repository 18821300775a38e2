/**
 * The catalogue of alerts: what people are told of without having asked, how much it matters, and in which words. Each kind
 * has an article of its name in the runbook. An alert tells of a run and its figures, never of a reader.
 */
import type { ApprovalWait } from './approval';
import type { RunDate } from './runDate';
import type { RunVerdict } from './runWatch';

/** `urgent`: readers get no new set unless somebody acts. `warning`: look today. `notice`: nothing needs to be done. */
export type AlertSeverity = 'urgent' | 'warning' | 'notice';

interface AlertEntry {
  readonly severity: AlertSeverity;
  readonly title: string;
}

export const alertCatalogue = {
  'not started': { severity: 'urgent', title: 'the daily run did not start' },
  'waiting for data': { severity: 'warning', title: 'the run still waits for the clicks of its day' },
  'recovering from interruption': { severity: 'notice', title: 'Spot took the instance of the training back' },
  'escalated to on demand': { severity: 'warning', title: 'the training goes on at the price of on demand' },
  rejected: { severity: 'urgent', title: 'the candidate was rejected' },
  'waiting for approval': { severity: 'urgent', title: 'a borderline candidate waits for a decision' },
  late: { severity: 'urgent', title: 'the deadline has passed without a new set' },
  published: { severity: 'notice', title: 'a new set is live' },
  'rolled back': { severity: 'urgent', title: 'readers were taken back to an earlier set' },
  failed: { severity: 'urgent', title: 'the run failed' },
} as const satisfies Record<string, AlertEntry>;

export type AlertKind = keyof typeof alertCatalogue;

/** What there is to tell, by kind. */
export type AlertFacts =
  | ({ readonly kind: 'not started' } & Omit<Extract<RunVerdict, { verdict: 'not started' }>, 'verdict' | 'runDate'>)
  | {
      readonly kind: 'waiting for data';
      readonly sinceMs: number;
      /** After which the policy of the settings decides. */
      readonly untilMs: number;
      /** In the words of the last look that the run was told of. */
      readonly waitingFor: readonly string[];
    }
  | {
      readonly kind: 'recovering from interruption';
      readonly jobName: string;
      /** How many the job has had. */
      readonly interruptions: number;
      /** 0 to 100, of the trainer's own count, when it has told one. */
      readonly donePercent?: number;
    }
  | {
      readonly kind: 'escalated to on demand';
      readonly rung: string;
      /** What became of the attempt before; absent when there was no time to try Spot. */
      readonly after?: string;
    }
  | { readonly kind: 'rejected'; readonly message: string }
  | ({ readonly kind: 'waiting for approval' } & ApprovalWait)
  | { readonly kind: 'late'; readonly deadlineAtMs: number; readonly stage: string }
  | {
      readonly kind: 'published';
      readonly version: string;
      readonly readers: number;
      readonly recallAt10: number;
      /** What the training cost, in one line. */
      readonly training?: string;
      /** Why the day counts as degraded. */
      readonly degraded?: string;
    }
  | { readonly kind: 'rolled back'; readonly from: string; readonly to: string; readonly why: string }
  | { readonly kind: 'failed'; readonly failureType: string; readonly stage: string; readonly message: string };

/** Goes through histories as the input of an activity. */
export type Alert = AlertFacts & {
  readonly runDate: RunDate;
  /** What it is about within its day and kind, a run, a job and its interruption: of the same thing people are told once. */
  readonly about: string;
};

/** What a channel brings to people. */
export interface Notification {
  readonly kind: AlertKind;
  readonly severity: AlertSeverity;
  readonly runDate: RunDate;
  /** One line. */
  readonly title: string;
  readonly text: string;
  /** Where the article about it is. */
  readonly link: string;
}

/** Two alerts with the same are of the same thing. */
export function identityOf({ runDate, kind, about }: Pick<Alert, 'runDate' | 'kind' | 'about'>): string {
  return `${runDate} ${kind} ${about}`;
}

/** The heading of the article about a kind: `Not started`. */
export function articleOf(kind: AlertKind): string {
  return kind.charAt(0).toUpperCase() + kind.slice(1);
}

/** The address of an article: headings become anchors as GitHub makes them. */
export function articleLink(heading: string, runbookUrl: string): string {
  return `${runbookUrl}#${heading.toLowerCase().replaceAll(' ', '-')}`;
}
