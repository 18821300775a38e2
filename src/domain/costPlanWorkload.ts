/** How much a portal asks for, and what the plan takes for granted about it. Every assumption has a line that says so. */
import type { Size } from './costPlanSizes';

export interface Workload {
  /** Who get a list of their own each day. */
  readonly readers: number;
  readonly clicksPerDay: number;
  /** Front pages and lists that serving answers. */
  readonly pagesPerDay: number;
  readonly size: Size;
}

export const hoursPerMonth = 730;
export const daysPerMonth = 30;

/** Of a plan; the settings' defaults where they are settings. */
export const assumed = {
  clickBytes: 270,
  /** Of a click in a gzip object of the lake: 2 million clicks of 491 MB were 64.5 MB. */
  clickBytesStored: 36,
  clicksDays: 35,
  interactionsDays: 60,
  modelDays: 30,
  /** Of a list in a shard. */
  listBytesStored: 250,
  /** Of an item, with the 100 bytes that DynamoDB adds: the most that the gate lets through. */
  itemBytes: 1124,
  keptVersions: 3,
  historyDays: 7,
  freshBeatMinutes: 5,
  /** Items of the fresh lists that are read and may be written in a beat. */
  freshItems: 2000,
  watchMinutes: 10,
  loadParallelism: 8,
  sweepUnitsPerSecond: 1000,
  /** Between two looks at a training job, and two heartbeats of a load, seconds. */
  pollSeconds: 20,
  loadHeartbeatSeconds: 2,
  /** Of the time on Spot, what is billed: the dearest of five bills that were seen (22 to 46 %). */
  spotBilledShare: 0.46,
  /** From the order of a job to a trainer that runs: what `deadline.launchSeconds` allows. */
  launchSeconds: 900,
  /** Until two looks have found a day that is there unchanged. */
  waitSeconds: 180,
  /** Of what more cores promise. */
  coreEfficiency: 0.5,
  /** Of the day's mean. */
  peakFactor: 3,
  pageBytes: 2000,
  logGbPerDay: 1,
  secrets: 3,
} as const;

/** As a list for whoever reads the plan. */
export function assumptions({ pagesPerDay, clicksPerDay }: Workload): string[] {
  return [
    `${assumed.clickBytes} bytes a click, ${assumed.clickBytesStored} of them as gzip; raw clicks are kept ${assumed.clicksDays} days, interactions ${assumed.interactionsDays}`,
    `${pagesPerDay === clicksPerDay ? 'a page for each click' : `${pagesPerDay} pages a day`}; a page reads two items, eventually consistent`,
    `a list is written once a day and removed once, a write unit each; ${assumed.keptVersions} versions are kept, items as large as the gate allows`,
    `training learns from ${assumed.historyDays} days of history of the same size; a virtual CPU is half a core, and more than two cores bring half of what they promise`,
    `Spot is billed at ${100 * assumed.spotBilledShare} % of its time, and no run falls back to on demand`,
    `the busiest minute has ${assumed.peakFactor} times the clicks of the mean one; tasks are counted for the mean`,
    'a connection to the load balancer for each click, none for a page: the portal keeps its own open',
    'Temporal Cloud on the plan without a base fee; a business plan costs at least $500 a month instead',
  ];
}

export const leftOut: readonly string[] = [
  'data transfer to the internet and between zones, DNS, certificates, support, taxes',
  'the servers of the portal itself, and its CDN',
  'free tiers, savings plans and reserved capacity, which make it cheaper',
  'warm throughput of the table: paid once, when it is raised',
  'what people cost who run a cluster; the alternatives need more of them',
];
