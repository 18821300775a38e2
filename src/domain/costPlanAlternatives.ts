/** What the same workload would cost on the designs that were not chosen: what they replace, and what stays. */
import {
  balancersLine,
  type CostLine,
  fargateLine,
  firehoseLine,
  lakeLine,
  networkLine,
  rawGbPerMonth,
  spoolLine,
  tableLines,
  temporalLine,
  trainingLine,
  watchLine,
} from './costPlanLines';
import { rates } from './costPlanRates';
import type { Size } from './costPlanSizes';
import { assumed, daysPerMonth, hoursPerMonth, type Workload } from './costPlanWorkload';
import { prices } from './prices';

export interface Design {
  readonly name: string;
  readonly lines: readonly CostLine[];
  /** What is taken for granted of it alone. */
  readonly assumptions: readonly string[];
}

/** Clusters that nobody has measured for this: the least that each vendor's guide would call sensible. */
const clusters: Readonly<
  Record<Size, { brokers: number; brokerTimes: number; connectUnits: number; auroraTimes: number; glueUnits: number }>
> = {
  small: { brokers: 3, brokerTimes: 1, connectUnits: 1, auroraTimes: 1, glueUnits: 2 },
  medium: { brokers: 3, brokerTimes: 1, connectUnits: 2, auroraTimes: 4, glueUnits: 4 },
  large: { brokers: 6, brokerTimes: 4, connectUnits: 8, auroraTimes: 16, glueUnits: 20 },
};

const shared = (workload: Workload): CostLine[] => [
  fargateLine(workload),
  balancersLine(workload),
  networkLine(workload),
  spoolLine(workload),
  watchLine(workload),
  temporalLine(workload),
];

export function frontpage(workload: Workload): Design {
  return {
    name: 'Frontpage',
    lines: [
      firehoseLine(workload),
      lakeLine(workload),
      ...tableLines(workload),
      trainingLine(workload),
      ...shared(workload),
    ],
    assumptions: [],
  };
}

/** A Kafka cluster in place of the stream, and a relational cluster in place of the table. */
export function kafkaAndAurora(workload: Workload): Design {
  const { readers, size } = workload;
  const { brokers, brokerTimes, connectUnits, auroraTimes } = clusters[size];
  const raw = rawGbPerMonth(workload);
  // Two days in the brokers, three times.
  const inBrokers = (raw / daysPerMonth) * 2 * 3;
  const stored = (readers * assumed.keptVersions * assumed.itemBytes) / 1e9;
  // A page of a row and one of an index for each list that is written, and for each that is removed.
  const io = 4 * readers * daysPerMonth;
  return {
    name: 'MSK + Aurora',
    lines: [
      {
        service: 'MSK',
        what: `${brokers} brokers, ${connectUnits} connect units`,
        monthlyUsd:
          hoursPerMonth *
            (brokers * brokerTimes * prices.kafkaBrokerHour.usd + connectUnits * prices.kafkaConnectHour.usd) +
          inBrokers * prices.kafkaGbMonth.usd,
      },
      lakeLine(workload),
      {
        service: 'Aurora',
        what: 'a writer and a reader',
        monthlyUsd:
          2 * auroraTimes * hoursPerMonth * prices.auroraHour.usd +
          stored * prices.auroraGbMonth.usd +
          io * prices.auroraIo.usd,
      },
      trainingLine(workload),
      ...shared(workload),
    ],
    assumptions: [
      `brokers are kafka.m5.large times ${brokerTimes}, clicks stay in them for two days; database instances are db.r6g.large times ${auroraTimes}, and all reads hit their memory`,
    ],
  };
}

/** A stream with shards and a Spark job that writes the lake, in place of the delivery stream. */
export function kinesisAndGlue(workload: Workload): Design {
  const { glueUnits } = clusters[workload.size];
  const raw = rawGbPerMonth(workload);
  return {
    name: 'Kinesis + Glue',
    lines: [
      {
        service: 'Kinesis Data Streams',
        what: 'on demand',
        monthlyUsd:
          hoursPerMonth * prices.kinesisStreamHour.usd + raw * (prices.kinesisInGb.usd + prices.kinesisOutGb.usd),
      },
      {
        service: 'Glue',
        what: `${glueUnits} DPU, all day`,
        monthlyUsd: glueUnits * hoursPerMonth * prices.glueUnitHour.usd,
      },
      lakeLine(workload),
      ...tableLines(workload),
      trainingLine(workload),
      ...shared(workload),
    ],
    assumptions: ['a streaming job of Glue runs all day, with two workers at least'],
  };
}

/** The day prepared by DataBrew, all days of history each night, and training without Spot. */
export function dataBrewOnDemand(workload: Workload): Design {
  const clicks = workload.clicksPerDay * (1 + assumed.historyDays);
  const nodeHours = (clicks / rates.readClicks.value / 3600) * daysPerMonth;
  return {
    name: 'DataBrew + on demand',
    lines: [
      firehoseLine(workload),
      lakeLine(workload),
      ...tableLines(workload),
      { service: 'DataBrew', what: 'all days, each night', monthlyUsd: nodeHours * prices.dataBrewNodeHour.usd },
      trainingLine(workload, 1),
      ...shared(workload),
    ],
    assumptions: [
      'a node of DataBrew reads as fast as our trainer on two cores, which favours it; sessions of its editor are not counted',
    ],
  };
}
