/**
 * The laptop cloud: every part of Frontpage and of what it stands on, as processes of this machine. Real Temporal, real
 * HTTP, the product's own programs with their own configuration; only AWS is played by local servers.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { z } from 'zod';
import type { AwsEndpoint } from '../src/clients/awsEndpoint';
import { connectClient } from '../src/clients/temporalClient';
import { loadTemporalConfig } from '../src/config';
import { postControl } from './control';
import { emulatorSpec } from './emulator';
import { nodeArguments } from './nodeArguments';
import { catalogueFileIn, ensureCatalogue } from './portalCatalogue';
import { programs } from './prepare';
import { answersHttp, freePort, isTaken, StartFailed } from './processes';
import {
  bucket,
  createBucket,
  createDeliveryStream,
  createTable,
  image,
  registerSearchAttributes,
  roleArn,
  stream,
  table,
} from './resources';
import { Supervisor, type SupervisorEvents } from './supervisor';

export const portNames = [
  'temporal',
  'ui',
  'aws',
  'firehose',
  'sagemaker',
  'collector',
  'serving',
  'operator',
  'collectorClock',
  'servingClock',
] as const;
export type PortName = (typeof portNames)[number];

export interface CloudOptions {
  /** Everything the cloud keeps lies below this folder; the same folder continues where it was. */
  readonly stateDir: string;
  /** Ports that must be used; the others are chosen free. */
  readonly ports?: Partial<Record<PortName, number>>;
  /** Pipeline settings, as the file behind FRONTPAGE_SETTINGS. */
  readonly settings: object;
  /** Variables beside the cloud's own, and before them where both have one. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly bufferIntervalSeconds: number;
  /** Where the clock of the world outside is set, to stand still, before the first click; absent: it goes on as it was. */
  readonly clockMs?: number;
  readonly heartbeatSeconds: number;
  /** A folder like the repository, in which the programs lie compiled; without it they start from their TypeScript. */
  readonly compiled?: string | undefined;
  /** Whether the demo portal and the operator's page belong to it. */
  readonly pages?: true;
  readonly events: SupervisorEvents;
}

/** Where a cloud notes its programs. */
export const pidFileIn = (stateDir: string): string => join(stateDir, 'programs.json');

export class Cloud {
  private constructor(
    readonly urls: Readonly<Record<PortName, string>>,
    /** What the product's programs and commands are started with. */
    readonly environment: Readonly<Record<string, string>>,
    readonly supervisor: Supervisor,
  ) {}

  /** Starts all parts; `say` receives one line for each. Stops what it started when one fails. */
  static async start(options: CloudOptions, say: (line: string) => void): Promise<Cloud> {
    const ports = await choosePorts(options.ports ?? {});
    const supervisor = new Supervisor(pidFileIn(options.stateDir), options.events);
    const cloud = new Cloud(urlsOf(ports), environmentOf(ports, options), supervisor);
    try {
      await cloud.startAll(ports, options, say);
      return cloud;
    } catch (error) {
      await supervisor.stop();
      throw error;
    }
  }

  get aws(): AwsEndpoint & { endpoint: string } {
    return {
      region: 'us-east-1',
      endpoint: this.urls.aws,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    };
  }

  connectTemporal(): Promise<Client> {
    return connectClient(loadTemporalConfig(this.environment));
  }

  /**
   * Sets the clock of the collector, of serving and of the local Firehose, which then runs at `speed` times the pace of the
   * wall clock. Resolves when everything that falls due on the way is in the lake. Serving measures its budgets by this
   * clock too: it is asked at a speed of 1.
   */
  async setClock(nowMs: number, speed: number): Promise<void> {
    await this.setDeliveryClock(nowMs, speed);
    await Promise.all([
      setProgramClock(this.urls.collectorClock, nowMs, speed),
      setProgramClock(this.urls.servingClock, nowMs, speed),
    ]);
  }

  /** What the clock shows. */
  async clockMs(): Promise<number> {
    const answer = await fetch(`${this.urls.firehose}/_control/state`);
    return Date.parse(stateSchema.parse(await answer.json()).clock.now);
  }

  stop(): Promise<void> {
    return this.supervisor.stop();
  }

  private setDeliveryClock(nowMs: number, speed: number): Promise<void> {
    return postControl(this.urls.firehose, 'clock', { now: new Date(nowMs).toISOString(), speed });
  }

  private async startAll(ports: Ports, options: CloudOptions, say: (line: string) => void): Promise<void> {
    const { stateDir, compiled } = options;
    mkdirSync(stateDir, { recursive: true });
    if (options.pages) ensureCatalogue(stateDir);
    writeFileSync(join(stateDir, 'settings.json'), JSON.stringify(options.settings, undefined, 2));
    const logFile = (name: string): string => join(stateDir, 'logs', `${name}.log`);
    const script = (
      name: string,
      file: string,
      args: readonly string[],
      probe: () => Promise<unknown>,
      clockPort?: number,
    ) => ({
      name,
      command: process.execPath,
      args: [...nodeArguments(file, compiled, clockPort === undefined ? [] : ['local/virtualTime.mts']), ...args],
      env: { ...this.environment, ...(clockPort === undefined ? {} : { VIRTUAL_TIME_PORT: String(clockPort) }) },
      logFile: logFile(name),
      restart: true,
      probe,
    });

    say('starting S3, DynamoDB and CloudWatch (emulator)');
    await this.supervisor.start(
      emulatorSpec({ port: ports.aws, stateDir: join(stateDir, 'aws'), logFile: logFile('aws') }),
    );
    await createBucket(this.aws);
    await createTable(this.aws);

    say('starting Firehose and SageMaker (local servers)');
    await Promise.all([
      this.supervisor.start(
        script(
          'firehose',
          'local/firehose/main.ts',
          [
            ...['--port', String(ports.firehose), '--data-dir', join(stateDir, 'firehose')],
            ...['--s3-endpoint', this.urls.aws, '--cloudwatch-endpoint', this.urls.aws],
          ],
          () => answersHttp(`${this.urls.firehose}/_control/state`),
        ),
      ),
      this.supervisor.start(
        script(
          'sagemaker',
          'local/sagemaker/main.ts',
          [
            ...['--port', String(ports.sagemaker), '--data-dir', join(stateDir, 'sagemaker')],
            ...['--s3-endpoint', this.urls.aws],
            ...['--trainer-command', JSON.stringify([programs.python, '-m', 'frontpage_trainer'])],
          ],
          () => answersHttp(`${this.urls.sagemaker}/_control/state`),
        ),
      ),
    ]);
    await createDeliveryStream({ ...this.aws, endpoint: this.urls.firehose }, options.bufferIntervalSeconds);
    if (options.clockMs !== undefined) await this.setDeliveryClock(options.clockMs, 0);

    say('starting Temporal');
    await this.supervisor.start({
      name: 'temporal',
      command: programs.temporal,
      args: [
        ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(ports.temporal)],
        ...['--ui-port', String(ports.ui), '--db-filename', join(stateDir, 'temporal.sqlite'), '--log-level', 'error'],
      ],
      logFile: logFile('temporal'),
      restart: true,
      probe: async () => {
        await answersHttp(this.urls.ui);
        await (await this.connectTemporal()).connection.close();
      },
    });

    await registerSearchAttributes(this.environment);

    say('starting worker, collector and serving');
    await Promise.all([
      // A worker has no address of its own; that it polls shows when a run moves.
      this.supervisor.start(script('worker', 'src/worker.ts', [], async () => undefined)),
      this.supervisor.start(
        // It lives in the time of the day that is played, or its ledger would speak of today.
        script(
          'collector',
          'src/collector/main.ts',
          [],
          () => answersHttp(`${this.urls.collector}/healthz`),
          ports.collectorClock,
        ),
      ),
      this.supervisor.start(
        // In the same time, or every fresh list of a past day would be too old to serve. Before the first publish it
        // answers 503 on purpose; any answer means that it is up.
        script('serving', 'src/serving/main.ts', [], () => acceptsConnections(ports.serving), ports.servingClock),
      ),
    ]);
    if (options.pages) {
      const probe = () => acceptsConnections(ports.operator);
      await this.supervisor.start(script('operator', 'src/operator/main.ts', [], probe));
    }
  }
}

const stateSchema = z.object({ clock: z.object({ now: z.iso.datetime({ offset: true }) }) });

async function setProgramClock(url: string, nowMs: number, speed: number): Promise<void> {
  const body = JSON.stringify({ now: new Date(nowMs).toISOString(), speed });
  const answer = await fetch(url, { method: 'POST', body });
  if (!answer.ok) throw new Error(`the clock at ${url} answered ${answer.status}`);
}

type Ports = Readonly<Record<PortName, number>>;

async function choosePorts(given: Partial<Record<PortName, number>>): Promise<Ports> {
  const choose = async (name: PortName): Promise<number> => {
    const asked = given[name];
    if (asked !== undefined && (await isTaken(asked))) {
      throw new StartFailed(`port ${asked} for ${name} is taken: give another one, or none to have a free one chosen`);
    }
    return asked ?? freePort();
  };
  return {
    temporal: await choose('temporal'),
    ui: await choose('ui'),
    aws: await choose('aws'),
    firehose: await choose('firehose'),
    sagemaker: await choose('sagemaker'),
    collector: await choose('collector'),
    serving: await choose('serving'),
    operator: await choose('operator'),
    collectorClock: await choose('collectorClock'),
    servingClock: await choose('servingClock'),
  };
}

function acceptsConnections(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve();
    });
    socket.once('error', reject);
  });
}

function urlsOf(ports: Ports): Record<PortName, string> {
  const http = (name: PortName): string => `http://127.0.0.1:${ports[name]}`;
  return {
    temporal: `127.0.0.1:${ports.temporal}`,
    ui: http('ui'),
    aws: http('aws'),
    firehose: http('firehose'),
    sagemaker: http('sagemaker'),
    collector: http('collector'),
    serving: http('serving'),
    operator: http('operator'),
    collectorClock: http('collectorClock'),
    servingClock: http('servingClock'),
  };
}

function environmentOf(ports: Ports, options: CloudOptions): Record<string, string> {
  const urls = urlsOf(ports);
  return {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL: urls.aws,
    AWS_ENDPOINT_URL_FIREHOSE: urls.firehose,
    AWS_ENDPOINT_URL_SAGEMAKER: urls.sagemaker,
    TEMPORAL_ADDRESS: urls.temporal,
    TEMPORAL_NAMESPACE: 'default',
    FRONTPAGE_BUCKET: bucket,
    FRONTPAGE_TABLE: table,
    FRONTPAGE_STREAM: stream,
    FRONTPAGE_TRAINING_ROLE_ARN: roleArn,
    FRONTPAGE_TRAINING_IMAGE: image,
    FRONTPAGE_SETTINGS: join(options.stateDir, 'settings.json'),
    COLLECTOR_PORT: String(ports.collector),
    COLLECTOR_LINGER_MS: '20',
    COLLECTOR_HEARTBEAT_SECONDS: String(options.heartbeatSeconds),
    // A minute of the wall is hours of the day that is played.
    COLLECTOR_LEDGER_SECONDS: '1',
    COLLECTOR_SPOOL_DIR: join(options.stateDir, 'spool'),
    // Less than the grace with which the supervisor stops a program.
    COLLECTOR_DRAIN_SECONDS: '5',
    // The clicks of a past day are played, by one sender.
    COLLECTOR_EVENT_TIME: 'accept',
    COLLECTOR_REQUESTS_PER_MINUTE: '1000000',
    SERVING_PORT: String(ports.serving),
    SERVING_POINTER_CACHE_SECONDS: '1',
    // The default is for DynamoDB; an emulator on a busy laptop is slower.
    SERVING_BUDGET_MS: '2000',
    ...(options.pages ? pagesEnvironment(ports, options.stateDir) : {}),
    LOG_LEVEL: 'info',
    // The AWS SDK says at every start that it will want a newer Node one day.
    NODE_NO_WARNINGS: '1',
    ...options.environment,
  };
}

function pagesEnvironment(ports: Ports, stateDir: string): Record<string, string> {
  const urls = urlsOf(ports);
  return {
    SERVING_PORTAL_CATALOGUE: catalogueFileIn(stateDir),
    SERVING_PORTAL_COLLECTOR_URL: `${urls.collector}/v1/clicks`,
    // The portal's pages are of another port, and so of another origin than the collector.
    COLLECTOR_ALLOWED_ORIGINS: `${urls.serving},http://localhost:${ports.serving}`,
    OPERATOR_PORT: String(ports.operator),
    // Of this cloud alone: it is told when the demo starts, and is in the environment file beside it.
    OPERATOR_KEY: randomBytes(12).toString('hex'),
    OPERATOR_TEMPORAL_UI_URL: urls.ui,
    OPERATOR_COLLECTOR_URL: urls.collector,
    OPERATOR_SERVING_URL: urls.serving,
  };
}
