/** A collector and a local Firehose as processes that can be killed at any moment and come back, over one bucket. */
import { join } from 'node:path';
import { postControl } from '../../local/control';
import { answersHttp, freePort, type RunningProgram, startProgram, whenReady } from '../../local/processes';
import { createDeliveryStream } from '../../local/resources';
import type { AwsEndpoint } from '../../src/clients/awsEndpoint';
import { nodeArguments } from '../support/nodeArguments';

export interface HouseOptions {
  readonly dir: string;
  readonly aws: AwsEndpoint & { readonly endpoint: string };
  readonly bucket: string;
}

const stream = 'clicks';

export class IngestionHouse {
  private constructor(
    private readonly options: HouseOptions,
    private readonly ports: { readonly collector: number; readonly firehose: number },
    private collector: RunningProgram,
    private firehose: RunningProgram,
  ) {}

  static async start(options: HouseOptions): Promise<IngestionHouse> {
    const ports = { collector: await freePort(), firehose: await freePort() };
    const firehose = await startFirehose(options, ports.firehose);
    await createDeliveryStream({ ...options.aws, endpoint: `http://127.0.0.1:${ports.firehose}` }, 1, {
      stream,
      bucket: options.bucket,
    });
    return new IngestionHouse(options, ports, await startCollector(options, ports), firehose);
  }

  get clicksUrl(): string {
    return `http://127.0.0.1:${this.ports.collector}/v1/clicks`;
  }

  /** A fault of the local Firehose, as its control address takes it. */
  arm(fault: object): Promise<void> {
    return postControl(this.firehoseUrl, 'faults', fault);
  }

  clearFaults(): Promise<void> {
    return postControl(this.firehoseUrl, 'clear', {});
  }

  flush(): Promise<void> {
    return postControl(this.firehoseUrl, 'flush', {});
  }

  /** SIGKILL, then a new one over the same disk. */
  async killCollector(): Promise<void> {
    await this.collector.kill();
    this.collector = await startCollector(this.options, this.ports);
  }

  async killFirehose(): Promise<void> {
    await this.firehose.kill();
    this.firehose = await startFirehose(this.options, this.ports.firehose);
  }

  /** In order: what the collector still has on its disk is delivered, and its ledger is written. */
  async endCollector(): Promise<void> {
    await this.collector.stop(30_000);
  }

  async end(): Promise<void> {
    await this.collector.stop();
    await this.firehose.stop();
  }

  private get firehoseUrl(): string {
    return `http://127.0.0.1:${this.ports.firehose}`;
  }
}

async function startFirehose({ dir, aws }: HouseOptions, port: number): Promise<RunningProgram> {
  const program = startProgram({
    name: 'Firehose',
    command: process.execPath,
    args: [
      ...nodeArguments('local/firehose/main.ts'),
      ...['--port', String(port), '--data-dir', join(dir, 'firehose')],
      ...['--s3-endpoint', aws.endpoint, '--cloudwatch-endpoint', aws.endpoint],
    ],
    logFile: join(dir, 'firehose.log'),
  });
  await whenReady(program, () => answersHttp(`http://127.0.0.1:${port}/_control/state`));
  return program;
}

async function startCollector(
  { dir, aws, bucket }: HouseOptions,
  ports: { collector: number; firehose: number },
): Promise<RunningProgram> {
  const program = startProgram({
    name: 'collector',
    command: process.execPath,
    args: nodeArguments('src/collector/main.ts'),
    env: {
      AWS_REGION: aws.region,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_FIREHOSE: `http://127.0.0.1:${ports.firehose}`,
      AWS_ENDPOINT_URL_S3: aws.endpoint,
      FRONTPAGE_STREAM: stream,
      FRONTPAGE_BUCKET: bucket,
      COLLECTOR_ID: 'chaos',
      COLLECTOR_PORT: String(ports.collector),
      COLLECTOR_LINGER_MS: '20',
      COLLECTOR_SPOOL_DIR: join(dir, 'spool'),
      COLLECTOR_EVENT_TIME: 'accept',
      COLLECTOR_DRAIN_SECONDS: '20',
      NODE_NO_WARNINGS: '1',
    },
    logFile: join(dir, 'collector.log'),
  });
  await whenReady(program, () => answersHttp(`http://127.0.0.1:${ports.collector}/healthz`));
  return program;
}
