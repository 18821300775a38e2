/** What each service costs in a month, for a workload. Pure arithmetic over prices.ts; GB are 10^9 bytes, which AWS counts as less. */
import { rates } from './costPlanRates';
import { type ScaledTasks, sizeSettings, type TaskSize } from './costPlanSizes';
import { loadSeconds, trainingSeconds } from './costPlanStages';
import { assumed, daysPerMonth, hoursPerMonth, type Workload } from './costPlanWorkload';
import { onDemandPriceUsd } from './instances';
import { prices } from './prices';

export interface CostLine {
  readonly service: string;
  readonly what: string;
  readonly monthlyUsd: number;
}

const gb = 1e9;
const secondsPerDay = 86_400;
const usd = prices;

/** Clicks as they are sent, GB a month. */
export const rawGbPerMonth = ({ clicksPerDay }: Workload): number =>
  (clicksPerDay * assumed.clickBytes * daysPerMonth) / gb;

/** Records of 5 KB (5,120 bytes), of which 1,000 clicks fill as many as were measured. */
export function firehoseLine({ clicksPerDay }: Workload): CostLine {
  const billedGb = (clicksPerDay / 1000) * rates.billedUnits.value * 5120 * (daysPerMonth / gb);
  return {
    service: 'Data Firehose',
    what: `${round(billedGb)} GB in packed records`,
    monthlyUsd: billedGb * usd.firehoseGb.usd,
  };
}

export function lakeLine({ clicksPerDay, readers }: Workload): CostLine {
  const clickGb = (clicksPerDay * assumed.clickBytesStored) / gb;
  // Interactions are folded clicks: never more than the clicks.
  const stored =
    clickGb * (assumed.clicksDays + assumed.interactionsDays) +
    (readers * assumed.listBytesStored * assumed.modelDays) / gb;
  const beats = beatsPerMonth();
  // An object a minute from the stream; each beat lists three hours, reads what is new, and writes and removes a state.
  const puts = daysPerMonth * 1440 + beats * 6;
  const gets = beats * (assumed.freshBeatMinutes + 2) + daysPerMonth * 1440 * 2;
  return {
    service: 'S3',
    what: `${round(stored)} GB kept`,
    monthlyUsd: stored * usd.s3GbMonth.usd + puts * usd.s3Put.usd + gets * usd.s3Get.usd,
  };
}

export function tableLines({ readers, pagesPerDay }: Workload): CostLine[] {
  const writes = 2 * readers * daysPerMonth + beatsPerMonth() * assumed.freshItems;
  // Half a unit for each of two items of a page; the fresh loop compares what it would write, by strong reads.
  const reads = pagesPerDay * daysPerMonth + beatsPerMonth() * assumed.freshItems;
  const stored = (readers * assumed.keptVersions * assumed.itemBytes) / gb;
  return [
    {
      service: 'DynamoDB writes',
      what: `${round(writes / 1e6)} million units`,
      monthlyUsd: writes * usd.dynamoDbWrite.usd,
    },
    {
      service: 'DynamoDB reads',
      what: `${round(reads / 1e6)} million units`,
      monthlyUsd: reads * usd.dynamoDbRead.usd,
    },
    {
      service: 'DynamoDB storage',
      what: `${round(stored)} GB, with recovery`,
      monthlyUsd: stored * (usd.dynamoDbGbMonth.usd + usd.dynamoDbRecoveryGbMonth.usd),
    },
  ];
}

/** `billedShare`: of the time of a job, what is billed at the price on demand; 1 for on demand. */
export function trainingLine(workload: Workload, billedShare: number = assumed.spotBilledShare): CostLine {
  const { ladder, volumeSizeGb } = sizeSettings[workload.size];
  const [{ instanceType, pricePerHourUsd }] = ladder;
  const { reading, fitting, ranking } = trainingSeconds(workload);
  const hours = ((reading + fitting + ranking) / 3600) * daysPerMonth;
  const price = pricePerHourUsd ?? onDemandPriceUsd(instanceType);
  if (price === undefined) throw new Error(`no price is known of ${instanceType}`);
  return {
    service: 'SageMaker training',
    what: `${round(hours)} h of ${instanceType} ${billedShare === 1 ? 'on demand' : 'on Spot'}`,
    monthlyUsd: hours * (price * billedShare + (volumeSizeGb * usd.sageMakerStorageGbMonth.usd) / hoursPerMonth),
  };
}

/** Tasks for the mean of the day, within the bounds of the size. */
export function meanTasks({ minTasks, maxTasks, requestsPerMinute }: ScaledTasks, requestsPerDay: number): number {
  return Math.min(maxTasks, Math.max(minTasks, Math.ceil(requestsPerDay / 1440 / requestsPerMinute)));
}

export function fargateLine({ size, clicksPerDay, pagesPerDay }: Workload): CostLine {
  const { worker, collector, serving } = sizeSettings[size];
  const month = ({ cpuUnits, memoryMib }: TaskSize, tasks: number): number =>
    tasks * hoursPerMonth * ((cpuUnits / 1024) * usd.fargateCpuHour.usd + (memoryMib / 1024) * usd.fargateGbHour.usd);
  const collectors = meanTasks(collector, clicksPerDay);
  const servers = meanTasks(serving, pagesPerDay);
  return {
    service: 'Fargate',
    what: `${worker.tasks} worker, ${collectors} collector, ${servers} serving`,
    monthlyUsd: month(worker, worker.tasks) + month(collector, collectors) + month(serving, servers),
  };
}

/** A capacity unit is 25 new connections a second, or a GB an hour. */
export function balancersLine({ clicksPerDay, pagesPerDay }: Workload): CostLine {
  const clickUnits = clicksPerDay / secondsPerDay / 25;
  const pageUnits = ((pagesPerDay / 24) * assumed.pageBytes) / gb;
  return {
    service: 'Load balancers',
    what: `2, ${round(clickUnits + pageUnits)} capacity units`,
    monthlyUsd: hoursPerMonth * (2 * usd.balancerHour.usd + (clickUnits + pageUnits) * usd.balancerUnitHour.usd),
  };
}

/** Endpoints and zones as infra/network.ts makes them. */
export const networkShape = { endpoints: 8, zones: 2 } as const;

export function networkLine(workload: Workload): CostLine {
  const { natGateways } = sizeSettings[workload.size];
  const { endpoints, zones } = networkShape;
  const hours = hoursPerMonth * (natGateways * usd.natHour.usd + endpoints * zones * usd.endpointHour.usd);
  return {
    service: 'NAT and endpoints',
    what: `${natGateways} NAT, ${endpoints} endpoints in ${zones} zones`,
    monthlyUsd: hours + rawGbPerMonth(workload) * usd.endpointGb.usd,
  };
}

export function spoolLine(workload: Workload): CostLine {
  const written = rawGbPerMonth(workload);
  return {
    service: 'EFS (spools)',
    what: `${round(written)} GB written and read`,
    monthlyUsd: written * (usd.efsWriteGb.usd + usd.efsReadGb.usd),
  };
}

/** Alarms and metrics as infra/alarms.ts and the programs make them. */
export const watchShape = { alarms: 14, metrics: 7 } as const;

export function watchLine({ size, pagesPerDay }: Workload): CostLine {
  const { alarms, metrics } = watchShape;
  const reports = meanTasks(sizeSettings[size].serving, pagesPerDay) * 2 * 1440 * daysPerMonth;
  return {
    service: 'CloudWatch, secrets',
    what: `${alarms} alarms, ${metrics} metrics, ${assumed.logGbPerDay * daysPerMonth} GB of logs`,
    monthlyUsd:
      alarms * usd.alarmMonth.usd +
      metrics * usd.metricMonth.usd +
      usd.dashboardMonth.usd +
      reports * usd.metricPut.usd +
      assumed.logGbPerDay * daysPerMonth * usd.logGb.usd +
      assumed.secrets * usd.secretMonth.usd,
  };
}

/**
 * Actions of a day: each event of a run counts as one, which is more than are billed; heartbeats are billed and leave no event.
 * A firing of a schedule is three, and each starts a workflow.
 */
export function temporalActionsPerDay(workload: Workload): number {
  const { reading, fitting, ranking } = trainingSeconds(workload);
  const trainingBeats = (assumed.launchSeconds + reading + fitting + ranking) / assumed.pollSeconds;
  const loadBeats = (loadSeconds(workload) * assumed.loadParallelism) / assumed.loadHeartbeatSeconds;
  const sweepBeats = workload.readers / assumed.sweepUnitsPerSecond / assumed.loadHeartbeatSeconds;
  // Of a beat: the firing, its workflow, two activities, and a heartbeat of each.
  const fresh = (1440 / assumed.freshBeatMinutes) * (3 + 1 + 2 + 2);
  const watch = (1440 / assumed.watchMinutes) * (3 + 1 + 1);
  return 2 * (3 + 1) + rates.historyEvents.value + trainingBeats + loadBeats + sweepBeats + fresh + watch;
}

export function temporalLine(workload: Workload): CostLine {
  const actions = temporalActionsPerDay(workload) * daysPerMonth;
  return {
    service: 'Temporal Cloud',
    what: `${round(actions / 1e6)} million actions, and a tenth for the plan`,
    monthlyUsd: 1.1 * actions * usd.temporalAction.usd,
  };
}

function beatsPerMonth(): number {
  return (daysPerMonth * 1440) / assumed.freshBeatMinutes;
}

/** Two significant digits are enough for a description. */
function round(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(2);
}
