/** Finds what was delivered below a day after its run had frozen what it reads, and reports it. */
import { log, proxyActivities } from '@temporalio/workflow';
import type { Activities, LateObjects, LateSweepInput } from '../contract';
import * as profiles from './activity-profiles';

const { sweepLate } = proxyActivities<Activities>(profiles.call);

/** Null when no run has frozen the day. */
export async function lateObjectsSweep({ runDate }: LateSweepInput): Promise<LateObjects | null> {
  const late = await sweepLate({ runDate });
  if (late !== null && late.objects > 0) log.warn('clicks came too late for the run of their day', { ...late });
  return late;
}
