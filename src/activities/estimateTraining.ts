/** Learns from the reports of the last days how long a training and what follows it take. */
import { log } from '@temporalio/activity';
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import type { Activities } from '../contract';
import { reportKey } from '../domain/keys';
import { addDays, type RunDate } from '../domain/runDate';
import { type PaceSample, trainingPace } from '../domain/trainingPace';
import type { ActivityDependencies } from './dependencies';

const lookBackDays = 7;

const reportSchema = z.object({
  outcome: z.enum(['published', 'kept newer', 'not published']),
  summary: z.object({
    // A backfilled day that was not loaded tells nothing about how long a load takes.
    itemsLoaded: z.number().positive().optional(),
    trainingAttempts: z.array(z.object({ trainingSeconds: z.number(), prepareSeconds: z.number().optional() })),
    stages: z.array(z.object({ stage: z.string(), startedAtMs: z.number(), endedAtMs: z.number().optional() })),
  }),
});

/** Safe to retry: only reads; what it returned is in the history and stays, whatever is reported later. */
export function createEstimateTraining({ lake }: ActivityDependencies): Activities['estimateTraining'] {
  return async ({ runDate, settings }) => {
    const days = Array.from({ length: lookBackDays }, (_, index) => addDays(runDate, -1 - index));
    const samples = await Promise.all(days.map((day) => sampleOf(lake, day)));
    return trainingPace(
      samples.filter((sample) => sample !== undefined),
      settings,
    );
  };
}

/** `undefined` for a day that has no report, or one of a run that did not come to its end. */
async function sampleOf(lake: ObjectStore, day: RunDate): Promise<PaceSample | undefined> {
  const body = await lake.get(reportKey(day));
  if (body === undefined) return undefined;
  const report = reportSchema.safeParse(parsed(body, day));
  if (!report.success) return undefined;
  const { trainingAttempts, stages } = report.data.summary;
  const trained = stages.find(({ stage }) => stage === 'training')?.endedAtMs;
  const published = stages.find(({ stage }) => stage === 'publishing')?.endedAtMs;
  if (trained === undefined || published === undefined) return undefined;
  const prepares = trainingAttempts.flatMap(({ prepareSeconds }) => prepareSeconds ?? []);
  return {
    // What was repeated after interruptions is in it: rather too long than too short.
    workSeconds: trainingAttempts.reduce((sum, { trainingSeconds }) => sum + trainingSeconds, 0),
    publishSeconds: (published - trained) / 1000,
    ...(prepares.length === 0 ? {} : { prepareSeconds: Math.max(...prepares) }),
  };
}

function parsed(body: Buffer, day: RunDate): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch (error) {
    log.warn('a report cannot be read; its run tells nothing about the pace', { day, reason: String(error) });
    return undefined;
  }
}
