/** When in the night what is done: from rates that were measured, for a workload. */
import { measuredCores, rates } from './costPlanRates';
import { sizeSettings } from './costPlanSizes';
import { assumed, type Workload } from './costPlanWorkload';

export interface PlannedStage {
  readonly stage: string;
  /** Null: never measured. */
  readonly seconds: number | null;
  readonly from: string;
}

/**
 * How much faster than the measured machine an instance trains, at least 1. A virtual CPU is half a core. From one core to two
 * the library was twice as fast; of what lies beyond, half is believed.
 */
export function trainingSpeed(virtualCpus: number): number {
  return Math.max(1, (assumed.coreEfficiency * (virtualCpus / 2)) / measuredCores);
}

/** Of reading, fitting and ranking on the first rung of the size, seconds; without launching it. */
export function trainingSeconds(workload: Workload): { reading: number; fitting: number; ranking: number } {
  const { readers, clicksPerDay, size } = workload;
  const speed = trainingSpeed(sizeSettings[size].trainingCpus);
  const millions = clicksPerDay / 1e6;
  const history = assumed.historyDays * millions;
  return {
    reading: (clicksPerDay / rates.readClicks.value + history * rates.historyDaySeconds.value) / speed,
    fitting: ((millions + history) * rates.fitSeconds.value) / speed,
    ranking: readers / rates.rankedReaders.value / speed,
  };
}

/** Of a load at the rate of the size, seconds. */
export function loadSeconds({ readers, size }: Workload): number {
  return readers / sizeSettings[size].loadUnitsPerSecond;
}

export function planStages(workload: Workload): PlannedStage[] {
  const { readers, size } = workload;
  const { reading, fitting, ranking } = trainingSeconds(workload);
  const [{ instanceType }] = sizeSettings[size].ladder;
  const measured = (section: string): string => `measured: ${section}`;
  return [
    { stage: 'waiting for clicks', seconds: assumed.waitSeconds, from: 'the settings: two looks that find the same' },
    { stage: 'launching', seconds: assumed.launchSeconds, from: `allowed for ${instanceType}, not measured` },
    { stage: 'reading', seconds: reading, from: measured(rates.readClicks.section) },
    { stage: 'fitting', seconds: fitting, from: measured(rates.fitSeconds.section) },
    { stage: 'ranking', seconds: ranking, from: measured(rates.rankedReaders.section) },
    { stage: 'gate and blend', seconds: null, from: 'not measured at this size' },
    {
      stage: 'loading',
      seconds: loadSeconds(workload),
      from: `the settings: ${sizeSettings[size].loadUnitsPerSecond} write units a second`,
    },
    {
      stage: 'verifying and publishing',
      seconds: (readers / 1e6) * rates.verifySeconds.value,
      from: `${measured(rates.verifySeconds.section)}, at most`,
    },
  ];
}

/** Seconds of all stages that are known. */
export function totalSeconds(stages: readonly PlannedStage[]): number {
  return stages.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0);
}
