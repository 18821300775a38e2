/** When runs start, and what they and the other schedules are given. */
import { z } from 'zod';
import type { TemporalConfig } from '../clients/temporalClient';
import type { FreshLoopSettings, PipelineSettings, RunWatchInput, SweepSettings } from '../contract';
import { InvalidCron, parseCron } from '../domain/cron';
import { type Environment, read } from './environment';
import { loadFreshSettings, loadPipelineSettings, loadRunWatchInput, loadSettings } from './settings';
import { loadTemporalConfig } from './temporal';

export interface ScheduleConfig {
  readonly temporal: TemporalConfig;
  /** Five cron fields, in `timeZone`. */
  readonly cron: string;
  /** IANA name. */
  readonly timeZone: string;
  /** By how much a daily run may start later than its time, at random. */
  readonly jitterMinutes: number;
  /** How late a daily run that an outage kept from starting is still started. */
  readonly catchupHours: number;
  /** Five cron fields, in `timeZone`. */
  readonly sweepCron: string;
  readonly settings: PipelineSettings;
  readonly sweep: SweepSettings;
  readonly fresh: FreshLoopSettings;
  readonly watch: RunWatchInput;
}

const cron = z.string().superRefine((text, context) => {
  try {
    parseCron(text);
  } catch (error) {
    if (!(error instanceof InvalidCron)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

export function loadScheduleConfig(environment: Environment = process.env): ScheduleConfig {
  const env = read(environment, {
    FRONTPAGE_SCHEDULE_CRON: cron.default('30 0 * * *'),
    FRONTPAGE_SCHEDULE_TIME_ZONE: z.string().refine(isTimeZone, 'is not an IANA time zone').default('UTC'),
    // Beyond an hour the deadline, which is counted from the start, would no longer be the operator's.
    FRONTPAGE_SCHEDULE_JITTER_MINUTES: z.coerce.number().nonnegative().max(60).default(0),
    // Beyond a day and a half a day would be made up for after the next one.
    FRONTPAGE_SCHEDULE_CATCHUP_HOURS: z.coerce.number().positive().max(36).default(24),
    FRONTPAGE_SCHEDULE_SWEEP_CRON: cron.default('0 12 * * *'),
  });
  return {
    temporal: loadTemporalConfig(environment),
    cron: env.FRONTPAGE_SCHEDULE_CRON,
    timeZone: env.FRONTPAGE_SCHEDULE_TIME_ZONE,
    jitterMinutes: env.FRONTPAGE_SCHEDULE_JITTER_MINUTES,
    catchupHours: env.FRONTPAGE_SCHEDULE_CATCHUP_HOURS,
    sweepCron: env.FRONTPAGE_SCHEDULE_SWEEP_CRON,
    settings: loadPipelineSettings(environment),
    sweep: loadSettings(environment).sweep,
    fresh: loadFreshSettings(environment),
    watch: loadRunWatchInput(environment),
  };
}

function isTimeZone(text: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
