/**
 * What `small`, `medium` and `large` stand for: tasks, memory, buffers, instance ladder, throughput. One table for the
 * infrastructure, which makes it, and for the plan of costs, which prices it.
 */
import type { Rung } from './trainingJob';

export const sizes = ['small', 'medium', 'large'] as const;
export type Size = (typeof sizes)[number];

/** CPU and memory as Fargate sells them: 1,024 units are one virtual CPU. */
export interface TaskSize {
  readonly cpuUnits: number;
  readonly memoryMib: number;
}

export interface ScaledTasks extends TaskSize {
  readonly minTasks: number;
  readonly maxTasks: number;
  /** Of a task, one minute; beyond it tasks are added. */
  readonly requestsPerMinute: number;
}

export interface SizeSettings {
  /** Up to which this size is meant to go. */
  readonly maxReaders: number;
  readonly maxClicksPerDay: number;
  readonly worker: TaskSize & { readonly tasks: number };
  readonly collector: ScaledTasks & { readonly spoolMaxMb: number };
  readonly serving: ScaledTasks;
  /** Of the delivery stream: whichever comes first. */
  readonly buffer: { readonly sizeMb: number; readonly intervalSeconds: number };
  readonly ladder: readonly [Rung, ...Rung[]];
  /** Virtual CPUs of its instances. */
  readonly trainingCpus: number;
  readonly volumeSizeGb: number;
  /** Of a run's load, write units a second. */
  readonly loadUnitsPerSecond: number;
  /** What the table can take at once, units a second; absent: what every new table can, 4,000 and 12,000. */
  readonly warmThroughput?: { readonly readUnitsPerSecond: number; readonly writeUnitsPerSecond: number };
  /** One for each availability zone, or one for all. */
  readonly natGateways: number;
}

/**
 * A virtual CPU of Fargate is half a core. An eighth and a third of what docs/performance.md measured on half a core: 33,663
 * clicks and 10,751 pages a second of a whole one. What is left over is for bursts, for the time until a task has started, and
 * for the collector's disk, which is a file system of the network here.
 */
const perCpuAndMinute = { collector: 120_000, serving: 120_000 } as const;

/**
 * Memory of the trainer is 116 bytes for each click of the day (docs/performance.md), so the first rung of a size has more
 * than twice that for the most clicks that the size is meant for.
 */
const ladderOf = (instanceType: string, pricePerHourUsd?: number): readonly [Rung, Rung] => {
  const price = pricePerHourUsd === undefined ? {} : { pricePerHourUsd };
  return [
    { instanceType, market: 'spot', ...price },
    { instanceType, market: 'on-demand', ...price },
  ];
};

export const sizeSettings: Readonly<Record<Size, SizeSettings>> = {
  small: {
    maxReaders: 1_000_000,
    maxClicksPerDay: 16_000_000,
    worker: { tasks: 1, cpuUnits: 1024, memoryMib: 2048 },
    collector: {
      ...{ cpuUnits: 512, memoryMib: 1024, minTasks: 2, maxTasks: 4 },
      requestsPerMinute: perCpuAndMinute.collector / 2,
      spoolMaxMb: 1024,
    },
    serving: {
      ...{ cpuUnits: 512, memoryMib: 1024, minTasks: 2, maxTasks: 4 },
      requestsPerMinute: perCpuAndMinute.serving / 2,
    },
    buffer: { sizeMb: 16, intervalSeconds: 60 },
    ladder: ladderOf('ml.m5.2xlarge'),
    trainingCpus: 8,
    volumeSizeGb: 50,
    loadUnitsPerSecond: 3000,
    natGateways: 1,
  },
  medium: {
    maxReaders: 10_000_000,
    maxClicksPerDay: 160_000_000,
    // Two, so that a run goes on within seconds when one of them is replaced.
    worker: { tasks: 2, cpuUnits: 1024, memoryMib: 4096 },
    collector: {
      ...{ cpuUnits: 1024, memoryMib: 2048, minTasks: 2, maxTasks: 8 },
      requestsPerMinute: perCpuAndMinute.collector,
      spoolMaxMb: 4096,
    },
    serving: {
      ...{ cpuUnits: 1024, memoryMib: 2048, minTasks: 2, maxTasks: 12 },
      requestsPerMinute: perCpuAndMinute.serving,
    },
    buffer: { sizeMb: 64, intervalSeconds: 60 },
    ladder: ladderOf('ml.m5.4xlarge'),
    trainingCpus: 16,
    volumeSizeGb: 100,
    loadUnitsPerSecond: 3600,
    natGateways: 2,
  },
  large: {
    maxReaders: 100_000_000,
    maxClicksPerDay: 1_600_000_000,
    worker: { tasks: 3, cpuUnits: 2048, memoryMib: 8192 },
    collector: {
      ...{ cpuUnits: 2048, memoryMib: 4096, minTasks: 3, maxTasks: 40 },
      // The rest of a process is one thread, and the second CPU only helps it with files and garbage.
      requestsPerMinute: perCpuAndMinute.collector,
      spoolMaxMb: 16_384,
    },
    serving: {
      ...{ cpuUnits: 1024, memoryMib: 4096, minTasks: 6, maxTasks: 60 },
      requestsPerMinute: perCpuAndMinute.serving,
    },
    buffer: { sizeMb: 128, intervalSeconds: 60 },
    // Twelve times ml.m5.2xlarge, as all sizes of the family cost the same for a CPU.
    ladder: ladderOf('ml.m5.24xlarge', 5.532),
    trainingCpus: 96,
    volumeSizeGb: 500,
    loadUnitsPerSecond: 18_000,
    warmThroughput: { readUnitsPerSecond: 40_000, writeUnitsPerSecond: 20_000 },
    natGateways: 2,
  },
};

/** The smallest size that is meant for so much; `undefined` beyond the largest. */
export function sizeFor(readers: number, clicksPerDay: number): Size | undefined {
  return sizes.find((size) => {
    const { maxReaders, maxClicksPerDay } = sizeSettings[size];
    return readers <= maxReaders && clicksPerDay <= maxClicksPerDay;
  });
}

/** Settings of the pipeline that follow from a size: the content of the file that FRONTPAGE_SETTINGS names. */
export function pipelineSettingsOf(size: Size) {
  const { ladder, volumeSizeGb, loadUnitsPerSecond, buffer } = sizeSettings[size];
  return {
    ladder,
    training: { volumeSizeGb },
    load: { maxUnitsPerSecond: loadUnitsPerSecond },
    // The buffer, and half as much again.
    fresh: { deliverySeconds: 1.5 * buffer.intervalSeconds },
  };
}
