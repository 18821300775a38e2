/**
 * A laptop cloud as an operator on call knows it: alerts come to her by a webhook, she asks and orders by the `frontpage`
 * command, and before the table stands a proxy that can refuse, or hold the move of the pointer.
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { CloudWatchClient, PutMetricDataCommand, StandardUnit } from '@aws-sdk/client-cloudwatch';
import { z } from 'zod';
import { postControl } from '../../local/control';
import { Random } from '../../local/newsroom/random';
import { freePort } from '../../local/processes';
import { stream } from '../../local/resources';
import type { RunView } from '../../src/clients/runs';
import { heartbeatLine } from '../../src/domain/click';
import { hourMs, minuteMs } from '../../src/domain/durations';
import { clicksHourPrefix } from '../../src/domain/keys';
import { addDays, endOfDayMs, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { FaultyDynamoDb } from '../chaos/faultyDynamoDb';
import { runProgram } from '../support/runProgram';
import { runDate, Slice } from './slice';

/** Of a small portal: a day of history, and six with a run. */
const newsroom = { readers: 600, clicksPerDay: 3000, articlesPerDay: 80, historyDays: 6 };
export const usualSettings = {
  readiness: { waitLimitSeconds: 1800, lookSeconds: 1, marginSeconds: 60, quietSeconds: 2 },
  historyDays: 1,
  training: {
    pollSeconds: 0.2,
    hyperparameters: { factors: '8', iterations: '10', readers_per_shard: '100' },
  },
  gate: { minEvaluationReaders: 5, recallFloor: 0, popularityMargin: 1, championMargin: 1 },
  load: { maxUnitsPerSecond: 2000, parallelism: 1 },
  alerts: { waitingMinutes: 1 },
};
type Settings = Readonly<Record<string, object>>;

const messageSchema = z.object({ text: z.string() });
const jobsSchema = z.object({ jobs: z.array(z.object({ name: z.string() })) });
const servedSchema = z.object({ version: z.string(), articles: z.array(z.unknown()) });

export interface CommandAnswer {
  readonly code: unknown;
  readonly text: string;
}

export class OperatorsHouse {
  /** Everything that the webhook was sent, oldest first. */
  readonly alerts: readonly string[];
  /** Batches of lists that the table has taken. */
  batchesWritten = 0;
  private batchLimit = Number.POSITIVE_INFINITY;

  private constructor(
    readonly slice: Slice,
    readonly dynamodb: FaultyDynamoDb,
    private readonly webhook: Webhook,
  ) {
    this.alerts = webhook.messages;
    dynamodb.weather = (operation) => {
      if (operation !== 'BatchWriteItem') return {};
      if (this.batchesWritten >= this.batchLimit) return { throttled: 1 };
      this.batchesWritten += 1;
      return {};
    };
  }

  static async start(): Promise<OperatorsHouse> {
    const webhook = await Webhook.listen();
    const aws = await freePort();
    const dynamodb = await FaultyDynamoDb.before(`http://127.0.0.1:${aws}`, new Random(1), Date.now);
    const environment = {
      FRONTPAGE_ALERT_WEBHOOK_URL: webhook.url,
      AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
      SERVING_REPORT_SECONDS: '1',
    };
    const slice = await Slice.start({ settings: usualSettings, newsroom, cloud: { ports: { aws }, environment } });
    const house = new OperatorsHouse(slice, dynamodb, webhook);
    try {
      await slice.fill();
      await house.completeEarlierDays();
      await house.serveInTheTimeOfTheWall();
      return house;
    } catch (error) {
      await house.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.slice.stop();
    await Promise.all([this.dynamodb.close(), this.webhook.close()]);
  }

  /** What `frontpage` prints for a human, and its exit code. */
  async frontpage(...args: string[]): Promise<CommandAnswer> {
    const program = runProgram('src/cli.ts', this.slice.cloud.environment, [...args, '--human']);
    const [code] = await once(program.child, 'close');
    return { code, text: program.output() };
  }

  /** The settings that runs are started with from now on: these, over the usual ones. */
  set(change: Settings): void {
    const file = this.slice.cloud.environment['FRONTPAGE_SETTINGS'] ?? '';
    writeFileSync(file, JSON.stringify({ ...usualSettings, ...change }));
  }

  /** The newest alert that begins with this title, once it is there; `meanwhile` is done again and again until then. */
  async whenTold(title: string, meanwhile?: () => Promise<unknown>): Promise<string> {
    for (;;) {
      const told = this.alerts.findLast((text) => text.startsWith(`*${title}`));
      if (told !== undefined) return told;
      await meanwhile?.();
      await sleep(50);
    }
  }

  async whenOver(day: RunDate): Promise<RunView> {
    return this.slice.when(({ state }) => state !== 'running', day);
  }

  /** So many batches of lists get through from now on; then the table refuses all writes of lists. */
  admitWrites(batches: number = Number.POSITIVE_INFINITY): void {
    this.batchLimit = this.batchesWritten + batches;
  }

  /** As soon as the load of this day has written some lists and is refused. */
  async whenThrottled(day: RunDate): Promise<void> {
    await this.slice.when(({ itemsLoaded = 0 }) => itemsLoaded > 0 && this.batchesWritten >= this.batchLimit, day);
  }

  trainingControl(path: string, body: object): Promise<void> {
    return postControl(this.slice.cloud.urls.sagemaker, path, body);
  }

  /** Names of all training jobs that there ever were of a day. */
  async jobsOf(day: RunDate): Promise<string[]> {
    const answer = await fetch(`${this.slice.cloud.urls.sagemaker}/_control/state`);
    const { jobs } = jobsSchema.parse(await answer.json());
    return jobs.map(({ name }) => name).filter((name) => name.includes(day));
  }

  /** What somebody is served who has no list of their own. */
  async page(): Promise<z.infer<typeof servedSchema> | undefined> {
    const answer = await fetch(`${this.slice.cloud.urls.serving}/v1/users/anybody/recommendations`);
    const body: unknown = await answer.json();
    return answer.ok ? servedSchema.parse(body) : undefined;
  }

  /** As soon as serving answers from this version. */
  async whenServed(version: string): Promise<void> {
    while ((await this.page())?.version !== version) await sleep(100);
  }

  /**
   * What days that were put straight into the lake lack: the heartbeats of a collector, by which an hour without clicks has an
   * object too, and the metric of their delivery.
   */
  private async completeEarlierDays(): Promise<void> {
    const cloudwatch = new CloudWatchClient(this.slice.cloud.aws);
    const Dimensions = [{ Name: 'DeliveryStreamName', Value: stream }];
    for (let back = newsroom.historyDays; back > 0; back--) {
      const day = addDays(runDate, -back);
      for (let hour = 0; hour < 24; hour++) {
        const beat = gzipSync(heartbeatLine('collector', startOfDayMs(day) + hour * hourMs));
        await this.slice.lake.put(`${clicksHourPrefix(day, hour)}beat.ndjson.gz`, beat, { contentEncoding: 'gzip' });
      }
      const Timestamp = new Date(endOfDayMs(day) + 10 * minuteMs);
      const MetricData = [
        {
          ...{ MetricName: 'DeliveryToS3.DataFreshness', Dimensions, Timestamp },
          ...{ Value: 60, Unit: StandardUnit.Seconds },
        },
      ];
      await cloudwatch.send(new PutMetricDataCommand({ Namespace: 'AWS/Firehose', MetricData }));
    }
    cloudwatch.destroy();
  }

  /** Its reports are read by a watch that lives in the time of the wall. */
  private async serveInTheTimeOfTheWall(): Promise<void> {
    const body = JSON.stringify({ now: new Date().toISOString(), speed: 1 });
    await fetch(this.slice.cloud.urls.servingClock, { method: 'POST', body });
  }
}

/** Takes what Slack would take. */
class Webhook {
  readonly messages: string[] = [];

  private constructor(private readonly server: Server) {}

  static async listen(): Promise<Webhook> {
    const server = createServer();
    const webhook = new Webhook(server);
    server.on('request', (request, response) => {
      json(request).then(
        (body) => {
          webhook.messages.push(messageSchema.parse(body).text);
          response.end('ok');
        },
        () => response.writeHead(400).end('invalid_payload'),
      );
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return webhook;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('the webhook does not listen');
    return `http://127.0.0.1:${address.port}/hook`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
