/** What a doctor looks at on this machine and in AWS, as far as the environment says where it is. */
import { randomUUID } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { asking } from '../clients/awsFault';
import { createCloudWatchDeliveryMetrics } from '../clients/deliveryMetrics.cloudwatch';
import { createS3LakeInspection } from '../clients/lakeInspection.s3';
import { createDynamoDbRecommendationTable } from '../clients/recommendationTable.dynamodb';
import { createFirehoseStreamInspection } from '../clients/streamInspection.firehose';
import { createDynamoDbTableInspection } from '../clients/tableInspection.dynamodb';
import { createSageMakerTrainingInspection } from '../clients/trainingInspection.sagemaker';
import { judgeExpiry, judgePublicAccess } from '../domain/checkupLake';
import { type ClockReading, judgeClock, judgeNode, judgeSpoolDisk } from '../domain/checkupMachine';
import { judgeFreshness, judgeStream } from '../domain/checkupStream';
import { judgeRecovery, judgeTable, judgeTimeToLive } from '../domain/checkupTable';
import { hourMs } from '../domain/durations';
import { broken, doubtful, fine, notChecked } from '../domain/finding';
import { doctorProbeKey } from '../domain/keys';
import type { CheckupConfig, ConfigPart } from './doctorConfig';
import type { Probe } from './doctorRun';

export function machineProbes({ programs, strangers, spool }: CheckupConfig): Probe[] {
  return [
    { what: 'Node.js', run: async () => judgeNode(process.versions.node) },
    ...programs.map(({ program, variables, problems }) => ({
      what: `environment of the ${program}`,
      run: async () =>
        problems.length === 0
          ? fine(variables.length === 0 ? 'nothing is set: all has its default' : variables.join(', '))
          : broken(problems.join('; '), 'set what is named; the README lists all variables'),
    })),
    ...strangers.map((variable) => ({
      what: `variable ${variable}`,
      run: async () => doubtful('no program reads it', 'correct its name, or take it out'),
    })),
    ...(spool === undefined
      ? []
      : [
          {
            what: 'disk of the spool',
            run: async () => {
              const { bavail, bsize } = await statfs(spool.dir);
              return judgeSpoolDisk(bavail * bsize, spool.maxBytes);
            },
          },
        ]),
  ];
}

export function lakeProbes({ lake: part, schedule }: CheckupConfig): Probe[] {
  return located('S3 bucket', part, ({ bucket: name, aws }) => {
    const lake = createS3LakeInspection(name, aws);
    const historyDays = 'value' in schedule ? schedule.value.settings.historyDays : 0;
    let reading: ClockReading | undefined;
    const needs = 'S3 bucket';
    return [
      {
        what: 'S3 bucket',
        run: async () => {
          reading = await lake.reach();
          return fine(`${name} is there`);
        },
      },
      {
        what: 'clock',
        needs,
        run: async () => (reading === undefined ? notChecked('the answer of S3 has no date') : judgeClock(reading)),
      },
      {
        what: 'S3 list',
        needs,
        run: async () => {
          await lake.list();
          return fine('objects can be listed');
        },
      },
      {
        what: 'S3 write',
        needs,
        run: async () => {
          const key = doctorProbeKey(randomUUID());
          await lake.write(key);
          await lake.remove(key);
          return fine('an object was written and removed');
        },
      },
      { what: 'S3 public access', needs, run: async () => judgePublicAccess(await lake.publicAccess(), name) },
      { what: 'S3 lifecycle', needs, run: async () => judgeExpiry(await lake.expiryRules(), historyDays) },
    ];
  });
}

export function streamProbes({ stream: part, lake, schedule }: CheckupConfig, nowMs: number): Probe[] {
  return located('Firehose stream', part, ({ stream, aws }) => {
    const inspection = createFirehoseStreamInspection(stream, aws.FIREHOSE);
    const metrics = createCloudWatchDeliveryMetrics(stream, aws.CLOUDWATCH);
    const deliverySeconds = 'value' in schedule ? schedule.value.settings.blend?.deliverySeconds : undefined;
    return [
      {
        what: 'Firehose stream',
        run: async () =>
          judgeStream(await inspection.describe(), {
            ...('value' in lake ? { bucket: lake.value.bucket } : {}),
            ...(deliverySeconds === undefined ? {} : { deliverySeconds }),
          }),
      },
      {
        what: 'CloudWatch metrics',
        run: async () => {
          const points = await asking('cloudwatch:GetMetricData', () => metrics.freshness(nowMs - hourMs, nowMs));
          return judgeFreshness(points, nowMs);
        },
      },
    ];
  });
}

export function tableProbes({ table, schedule }: CheckupConfig): Probe[] {
  return located('DynamoDB table', table, ({ table: name, aws }) => {
    const inspection = createDynamoDbTableInspection(name, aws);
    const lists = createDynamoDbRecommendationTable(name, aws);
    const maxUnitsPerSecond = 'value' in schedule ? schedule.value.settings.load.maxUnitsPerSecond : 0;
    const needs = 'DynamoDB table';
    return [
      { what: 'DynamoDB table', run: async () => judgeTable(await inspection.describe(), name, maxUnitsPerSecond) },
      { what: 'DynamoDB expiry', needs, run: async () => judgeTimeToLive(await inspection.timeToLive(), name) },
      { what: 'DynamoDB recovery', needs, run: async () => judgeRecovery(await inspection.recovery(), name) },
      {
        what: 'live version',
        needs,
        run: async () => {
          const live = await asking('dynamodb:GetItem', () => lists.live());
          return fine(
            live === undefined ? 'nothing has been published yet' : `${live.version}, since ${live.publishedAt}`,
          );
        },
      },
    ];
  });
}

export function trainingProbes({ sagemaker }: CheckupConfig): Probe[] {
  return located('SageMaker', sagemaker, (aws) => {
    const inspection = createSageMakerTrainingInspection(aws);
    return [
      {
        what: 'SageMaker',
        run: async () => {
          const newest = await inspection.newestJob();
          return fine(newest === undefined ? 'has no job of ours yet' : `newest job ${newest.name}: ${newest.status}`);
        },
      },
      {
        what: 'training role',
        run: async () =>
          notChecked(
            'whether jobs may be given their role (iam:PassRole) and find their image shows when one is started',
          ),
      },
    ];
  });
}

/** One finding instead of many where the environment does not say what to look at. */
function located<T>(what: string, part: ConfigPart<T>, probes: (where: T) => Probe[]): Probe[] {
  return 'problem' in part ? [{ what, run: async () => notChecked(part.problem) }] : probes(part.value);
}
