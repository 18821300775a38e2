/** The plan of costs and times for a portal: what `frontpage plan` prints. */
import { type Design, dataBrewOnDemand, frontpage, kafkaAndAurora, kinesisAndGlue } from './costPlanAlternatives';
import { rates } from './costPlanRates';
import { sizeFor, sizeSettings } from './costPlanSizes';
import { type PlannedStage, planStages, totalSeconds } from './costPlanStages';
import { assumed, assumptions, leftOut, type Workload } from './costPlanWorkload';
import { pricedRegion } from './prices';

export interface PlannedDesign extends Design {
  readonly monthlyUsd: number;
}

export interface CostPlan {
  readonly region: string;
  readonly workload: Workload;
  /** Ours first. */
  readonly designs: readonly PlannedDesign[];
  readonly stages: readonly PlannedStage[];
  /** Of the stages whose time is known. */
  readonly totalSeconds: number;
  /** What does not fit the size, or a limit. */
  readonly warnings: readonly string[];
  readonly assumptions: readonly string[];
  readonly leftOut: readonly string[];
}

export class Unplannable extends Error {
  override readonly name = 'Unplannable';
}

export interface PlanRequest extends Pick<Workload, 'readers' | 'clicksPerDay'> {
  /** Default: as many as clicks. */
  readonly pagesPerDay?: number;
  /** Default: the smallest that is meant for so much. */
  readonly size?: Workload['size'];
  readonly region: string;
}

/** Throws `Unplannable` for a region without prices, and for more than the largest size is meant for. */
export function makePlan({ readers, clicksPerDay, pagesPerDay, size, region }: PlanRequest): CostPlan {
  if (region !== pricedRegion) {
    throw new Unplannable(`no prices are known of region ${region}: only of ${pricedRegion} (src/domain/prices.ts)`);
  }
  const chosen = size ?? sizeFor(readers, clicksPerDay);
  if (chosen === undefined) {
    const { maxReaders, maxClicksPerDay } = sizeSettings.large;
    throw new Unplannable(
      `the largest size is meant for ${maxReaders} readers and ${maxClicksPerDay} clicks a day: give --size to plan beyond it`,
    );
  }
  const workload: Workload = { readers, clicksPerDay, pagesPerDay: pagesPerDay ?? clicksPerDay, size: chosen };
  const designs = [frontpage, kafkaAndAurora, kinesisAndGlue, dataBrewOnDemand].map((design) =>
    priced(design(workload)),
  );
  const stages = planStages(workload);
  return {
    region,
    workload,
    designs,
    stages,
    totalSeconds: totalSeconds(stages),
    warnings: warningsOf(workload, totalSeconds(stages)),
    assumptions: [
      ...assumptions(workload),
      ...designs.flatMap(({ name, assumptions: own }) => own.map((each) => `${name}: ${each}`)),
    ],
    leftOut,
  };
}

function priced(design: Design): PlannedDesign {
  return { ...design, monthlyUsd: design.lines.reduce((sum, { monthlyUsd }) => sum + monthlyUsd, 0) };
}

/** Of the default deadline, hours after the start, less what is kept for it. */
const deadlineHours = 5.5;
/** What one stream takes before its quota is raised, in the three large regions. */
const streamBytesPerSecond = 5 * 1024 * 1024;
/** What a table of any age takes by default. */
const tableUnits = 40_000;

function warningsOf(workload: Workload, seconds: number): string[] {
  const { readers, clicksPerDay, pagesPerDay, size } = workload;
  const { maxReaders, maxClicksPerDay, collector, serving, loadUnitsPerSecond } = sizeSettings[size];
  const peak = (perDay: number): number => (perDay / 86_400) * assumed.peakFactor;
  const clicks = peak(clicksPerDay);
  const pages = peak(pagesPerDay);
  const found: string[] = [];
  if (readers > maxReaders || clicksPerDay > maxClicksPerDay) found.push(`it is more than size ${size} is meant for`);
  if (seconds > deadlineHours * 3600) {
    found.push(`the night needs ${(seconds / 3600).toFixed(1)} h, and the deadline leaves ${deadlineHours}`);
  }
  if (clicks * assumed.clickBytes > streamBytesPerSecond) {
    found.push(
      `${Math.round(clicks)} clicks a second at the peak are more than a stream takes at first: ask for a higher quota of Firehose`,
    );
  }
  if (pages > tableUnits)
    found.push(
      `${Math.round(pages)} pages a second at the peak are more than the default quota of a table: ask for a higher one`,
    );
  for (const [program, rate, tasks] of [
    ['collector', clicks, collector],
    ['serving', pages, serving],
  ] as const) {
    if (rate * 60 > tasks.maxTasks * tasks.requestsPerMinute)
      found.push(`the peak needs more than ${tasks.maxTasks} tasks of ${program}`);
  }
  if (loadUnitsPerSecond > tableUnits) found.push('the load is faster than the default quota of a table');
  const memoryGib = (clicksPerDay * rates.memoryBytes.value) / 2 ** 30;
  if (memoryGib > 300)
    found.push(`reading the day needs ${Math.round(memoryGib)} GiB of memory, near what one instance has`);
  return found;
}
