/** The doctor over real HTTP: a house that is whole, and one in which each part is missing, refused or silent. */
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, UpdateContinuousBackupsCommand, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { PutPublicAccessBlockCommand, S3Client } from '@aws-sdk/client-s3';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { describeFindings, examine } from '../../src/cli/doctor';
import { runProbes } from '../../src/cli/doctorRun';
import { createCloudWatchServingMetrics } from '../../src/clients/servingMetrics.cloudwatch';
import { ensureSearchAttributes } from '../../src/clients/temporalClient';
import { loadScheduleConfig } from '../../src/config';
import { dailyScheduleId, freshTaskQueue, searchAttributes, taskQueue } from '../../src/contract';
import { type Finding, fine, type Verdict } from '../../src/domain/finding';
import { applySchedule } from '../../src/schedules/apply';
import { wantedSchedules } from '../../src/schedules/wanted';
import { FirehoseBench } from '../local/fixtures/firehoseBench';
import { SageMakerBench } from '../local/fixtures/sagemakerBench';
import { freshTable, testAws } from '../support/aws';
import { quietRuntime, startDevServer, workflowBundlePath } from '../support/workflowEnvironment';

const timeoutMs = 20_000;
const credentials = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;

let env: TestWorkflowEnvironment;
let firehose: FirehoseBench;
let sagemaker: SageMakerBench;
let workers: Worker[];
let running: Promise<void>[];
let house: Record<string, string>;

beforeAll(async () => {
  // The SDKs find them there, as they do for the doctor of an operator.
  for (const name of credentials) process.env[name] = 'local';
  quietRuntime();
  [env, firehose, sagemaker] = await Promise.all([startDevServer(), FirehoseBench.start(), SageMakerBench.start()]);
  await firehose.create('clicks');
  const table = await freshTable();
  const { endpoint } = testAws();
  house = {
    AWS_REGION: 'us-east-1',
    AWS_ENDPOINT_URL: endpoint,
    AWS_ENDPOINT_URL_FIREHOSE: firehose.url,
    AWS_ENDPOINT_URL_SAGEMAKER: sagemaker.url,
    TEMPORAL_ADDRESS: env.address,
    FRONTPAGE_BUCKET: firehose.bucket,
    FRONTPAGE_TABLE: table,
    FRONTPAGE_STREAM: 'clicks',
    FRONTPAGE_TRAINING_ROLE_ARN: 'arn:aws:iam::000000000000:role/training',
    FRONTPAGE_TRAINING_IMAGE: 'trainer:1',
  };
  await ensureSearchAttributes(env.client, Object.values(searchAttributes));
  for (const wanted of wantedSchedules(loadScheduleConfig({}))) await applySchedule(env.client, wanted);
  workers = await Promise.all(
    [taskQueue, freshTaskQueue].map((queue) =>
      Worker.create({
        connection: env.nativeConnection,
        taskQueue: queue,
        workflowBundle: { codePath: workflowBundlePath() },
        identity: 'the-worker',
        debugMode: true,
      }),
    ),
  );
  running = workers.map((worker) => worker.run());
});

afterAll(async () => {
  for (const name of credentials) Reflect.deleteProperty(process.env, name);
  for (const worker of workers) worker.shutdown();
  await Promise.all([...running, firehose.close(), sagemaker.close()]);
  await env.teardown();
});

type Findings = ReadonlyMap<string, Finding>;

async function lookAt(environment: Record<string, string>, limitMs = timeoutMs): Promise<Findings> {
  const { findings } = await examine(environment, limitMs);
  return new Map(findings.map((finding) => [finding.what, finding]));
}

function without(...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(house).filter(([name]) => !names.includes(name)));
}

const whatIs = (verdict: Verdict, findings: Findings): string[] =>
  [...findings.values()].filter((finding) => finding.verdict === verdict).map(({ what }) => what);

/** An HTTP server for one test. */
async function answering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server: Server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    await use(`http://127.0.0.1:${address.port}`);
  } finally {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }
}

describe('a house that is whole', () => {
  it('fails in nothing; what the emulator does not have by itself is doubted, and is well once it is mended', async () => {
    const before = await lookAt(house);
    expect([...before.values()].filter(({ verdict }) => verdict === 'failure')).toEqual([]);
    expect(whatIs('not checked', before)).toEqual(['training role']);
    expect(whatIs('warning', before)).toEqual([
      'Temporal namespace',
      'S3 public access',
      'CloudWatch metrics',
      'DynamoDB table',
      'DynamoDB recovery',
      'alerts',
    ]);
    await mend();
    const after = await lookAt({ ...house, FRONTPAGE_ALERT_WEBHOOK_URL: 'http://127.0.0.1:9/hook' });
    expect(whatIs('warning', after)).toEqual(['Temporal namespace', 'CloudWatch metrics']);
    expect(after.get('alerts by webhook')?.found).toContain('--send-test-alert');
  });

  it('tells what it stands on', async () => {
    const findings = await lookAt(house);
    const found = (what: string): string => findings.get(what)?.found ?? '';
    expect(found('Temporal')).toContain(env.address);
    expect(found('Temporal namespace')).toContain("'default' keeps runs that are over for 1 day");
    expect(found(`task queue ${taskQueue}`)).toContain('polled by the-worker, build ');
    expect(found('schedules')).toBe('4 are as wanted');
    expect(found('Firehose stream')).toBe(`delivers to ${firehose.bucket} after 60 s or 1 MB`);
    expect(found('live version')).toBe('nothing has been published yet');
    expect(found('clock')).toBe('as the clock of S3');
    expect(found('environment of the worker')).toContain('FRONTPAGE_BUCKET');
  });

  it('leaves nothing in the bucket', async () => {
    await lookAt(house);
    expect(await firehose.store.list('doctor/')).toEqual([]);
  });
});

describe('a house in which something is wrong', () => {
  it('misses what is not there, and does not ask further about it', async () => {
    const findings = await lookAt({
      ...house,
      FRONTPAGE_BUCKET: 'no-such-bucket',
      FRONTPAGE_TABLE: 'no-such-table',
      FRONTPAGE_STREAM: 'no-such-stream',
      TEMPORAL_NAMESPACE: 'nowhere',
    });
    expect(whatIs('failure', findings)).toEqual([
      'Temporal namespace',
      'S3 bucket',
      'Firehose stream',
      'DynamoDB table',
    ]);
    expect(findings.get('Temporal namespace')?.mend).toBe('temporal operator namespace create -n nowhere');
    expect(findings.get('S3 write')).toMatchObject({ verdict: 'not checked', found: "needs 'S3 bucket'" });
    expect(findings.get('live version')?.verdict).toBe('not checked');
    expect(findings.get('schedules')?.verdict).toBe('not checked');
  });

  it('names each variable that is missing or wrong, and looks at what the others lead to', async () => {
    const findings = await lookAt({
      ...without('FRONTPAGE_BUCKET'),
      FRONTPAGE_TRAINING_ROLE_ARN: 'training',
      FRONTPAGE_SCHEDULE_TIMEZONE: 'UTC',
    });
    expect(findings.get('environment of the worker')?.found).toBe(
      'FRONTPAGE_BUCKET is missing; FRONTPAGE_TRAINING_ROLE_ARN: is not the ARN of an IAM role',
    );
    expect(findings.get('variable FRONTPAGE_SCHEDULE_TIMEZONE')?.verdict).toBe('warning');
    expect(findings.get('S3 bucket')).toMatchObject({ verdict: 'not checked', found: 'FRONTPAGE_BUCKET is missing' });
    expect(findings.get('DynamoDB expiry')?.verdict).toBe('ok');
  });

  it('looks at a collector where one is set up, and at the disk of its spool', async () => {
    const spool = mkdtempSync(join(tmpdir(), 'frontpage-doctor-'));
    const findings = await lookAt({ ...house, COLLECTOR_SPOOL_DIR: spool, COLLECTOR_SPOOL_MAX_MB: '1' });
    const vast = await lookAt({ ...house, COLLECTOR_SPOOL_DIR: spool, COLLECTOR_SPOOL_MAX_MB: '999999999' });
    rmSync(spool, { recursive: true });
    expect(findings.get('environment of the collector')?.verdict).toBe('ok');
    expect(findings.get('disk of the spool')?.verdict).toBe('ok');
    expect(vast.get('disk of the spool')?.verdict).toBe('warning');
  });

  it('says that Temporal does not answer, and where it was asked', async () => {
    const findings = await lookAt({ ...house, TEMPORAL_ADDRESS: '127.0.0.1:1' });
    expect(findings.get('Temporal')).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('127.0.0.1:1'),
      mend: expect.stringContaining('TEMPORAL_ADDRESS'),
    });
    expect(findings.get('schedules')?.verdict).toBe('not checked');
    expect(findings.get('S3 write')?.verdict).toBe('ok');
  });

  it('finds a schedule that differs from the settings, and one that is paused', async () => {
    const handle = env.client.schedule.getHandle(dailyScheduleId);
    await handle.pause('table maintenance');
    const paused = await lookAt(house);
    await handle.unpause();
    expect(paused.get('schedules')).toMatchObject({
      verdict: 'warning',
      found: expect.stringContaining('paused: table maintenance'),
    });
    const drifted = await lookAt({ ...house, FRONTPAGE_SCHEDULE_CRON: '0 1 * * *' });
    expect(drifted.get('schedules')).toMatchObject({
      verdict: 'failure',
      found: expect.stringContaining('spec.times[0] is 30 0 * * *, wanted 0 1 * * *'),
    });
  });

  it('finds a stream that writes elsewhere, and says what differs', async () => {
    await firehose.create('astray', { Prefix: 'raw/', CompressionFormat: 'UNCOMPRESSED' });
    const findings = await lookAt({ ...house, FRONTPAGE_STREAM: 'astray' });
    expect(findings.get('Firehose stream')).toMatchObject({ verdict: 'failure' });
    expect(findings.get('Firehose stream')?.found).toContain("the prefix is 'raw/', wanted 'clicks/dt=");
    expect(findings.get('Firehose stream')?.found).toContain("the compression is 'UNCOMPRESSED'");
  });
});

describe('a house whose runs watch serving after a publish', () => {
  const what = 'watch over serving';
  let folder: string;
  let watching: Record<string, string>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'frontpage-doctor-'));
    const file = join(folder, 'settings.json');
    writeFileSync(file, JSON.stringify({ publish: { watchSeconds: 600 } }));
    watching = { ...house, FRONTPAGE_SETTINGS: file, FRONTPAGE_TABLE: await freshTable() };
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  it('is told to let serving report, and that there are answers enough once it does', async () => {
    const told = createCloudWatchServingMetrics(watching['FRONTPAGE_TABLE'] ?? '', testAws());
    const none = await lookAt(watching);
    expect(none.get(what)).toEqual({
      what,
      verdict: 'warning',
      found: 'no serving process has reported an answer in the last hour',
      mend: 'set SERVING_REPORT_SECONDS=30 for every serving process',
    });
    await told.add({ answers: 150, unavailable: 49, empty: 0, degraded: 0 }, Date.now() - 600_000);
    const few = await lookAt(watching);
    expect(few.get(what)).toMatchObject({ verdict: 'warning', found: expect.stringContaining('199 answers') });
    expect(few.get(what)?.mend).toContain('publish.watchSeconds to 0');
    await told.add({ answers: 1, unavailable: 0, empty: 0, degraded: 0 }, Date.now() - 300_000);
    const enough = await lookAt(watching);
    expect(enough.get(what)).toEqual({ what, verdict: 'ok', found: '200 answers were reported in the last hour' });
    const silent = await lookAt({ ...watching, SERVING_PORT: '8082' });
    expect(silent.get(what)).toMatchObject({
      verdict: 'warning',
      found: 'serving on this machine does not report its answers',
      mend: expect.stringContaining('SERVING_REPORT_SECONDS=30'),
    });
    const reporting = await lookAt({ ...watching, SERVING_REPORT_SECONDS: '30' });
    expect(reporting.get(what)?.verdict).toBe('ok');
  });

  it('is not asked about it where no run watches, and not judged where the table is not known', async () => {
    expect((await lookAt({ ...house, SERVING_PORT: '8082' })).has(what)).toBe(false);
    const { FRONTPAGE_TABLE: _gone, ...nameless } = watching;
    expect((await lookAt(nameless)).get(what)).toMatchObject({
      verdict: 'not checked',
      found: 'FRONTPAGE_TABLE is missing',
    });
  });
});

describe('an S3 that refuses', () => {
  const denied = '<Error><Code>AccessDenied</Code><Message>no</Message></Error>';

  it.each([
    ['PUT', 'S3 write', 's3:PutObject'],
    ['DELETE', 'S3 write', 's3:DeleteObject'],
    ['GET', 'S3 list', 's3:ListBucket'],
  ])('a %s has the right named that is missing', async (method, what, action) => {
    await answering(
      (request, response) =>
        response.writeHead(request.method === method ? 403 : 200).end(request.method === method ? denied : ''),
      async (url) => {
        const findings = await lookAt({ ...house, AWS_ENDPOINT_URL_S3: url });
        expect(findings.get(what)).toMatchObject({
          verdict: 'failure',
          mend: `allow ${action} to the identity that this runs as`,
        });
      },
    );
  });

  it('everything is one failure, not six', async () => {
    await answering(
      (_request, response) => response.writeHead(403).end(),
      async (url) => {
        const findings = await lookAt({ ...house, AWS_ENDPOINT_URL_S3: url });
        expect(whatIs('failure', findings)).toEqual(['S3 bucket']);
      },
    );
  });

  it('answers by a clock that is ten minutes away', async () => {
    await answering(
      (_request, response) => {
        response.writeHead(200, { date: new Date(Date.now() - 600_000).toUTCString() }).end();
      },
      async (url) => {
        const findings = await lookAt({ ...house, AWS_ENDPOINT_URL_S3: url });
        expect(findings.get('clock')).toMatchObject({ verdict: 'failure', found: expect.stringContaining('ahead of') });
      },
    );
  });
});

describe('a part that never answers', () => {
  it('is told of, and delays no other', async () => {
    await answering(
      () => undefined,
      async (url) => {
        const { findings, hung } = await examine({ ...house, AWS_ENDPOINT_URL_S3: url }, 2_000);
        const failures = findings.filter(({ verdict }) => verdict === 'failure');
        expect(failures).toMatchObject([{ what: 'S3 bucket', found: 'no answer within 2 s' }]);
        expect(hung).toBe(true);
      },
    );
  });

  it('does not keep what needs it waiting', async () => {
    const { findings } = await runProbes(
      [
        { what: 'silent', run: () => new Promise(() => undefined) },
        { what: 'after', needs: 'silent', run: async () => fine('reached') },
        { what: 'other', run: async () => fine('reached') },
      ],
      50,
    );
    expect(findings.map(({ verdict }) => verdict)).toEqual(['failure', 'not checked', 'ok']);
  });
});

describe('a test of alerts', () => {
  it('is sent when it is asked for, and told of when it is refused', async () => {
    const bodies: string[] = [];
    let status = 200;
    await answering(
      (request, response) => {
        request.on('data', (chunk: Buffer) => bodies.push(chunk.toString()));
        request.on('end', () => response.writeHead(status).end());
      },
      async (url) => {
        const environment = { ...house, FRONTPAGE_ALERT_WEBHOOK_URL: `${url}/hook` };
        const sent = await examine(environment, timeoutMs, true);
        expect(bodies.join()).toContain('test of alerts by frontpage doctor');
        expect(sent.findings.find(({ what }) => what === 'alerts by webhook')?.found).toBe('a test was sent');
        status = 404;
        const refused = await examine(environment, timeoutMs, true);
        expect(refused.findings.find(({ what }) => what === 'alerts by webhook')).toMatchObject({
          verdict: 'failure',
          mend: expect.stringContaining('FRONTPAGE_ALERT_WEBHOOK_URL'),
        });
      },
    );
  });
});

describe('the lines of a doctor', () => {
  it('show each finding, how to mend it, and the sum', () => {
    expect(
      describeFindings([
        { what: 'clock', verdict: 'ok', found: 'as the clock of S3' },
        { what: 'S3 write', verdict: 'failure', found: 'AccessDenied: no', mend: 'allow s3:PutObject' },
      ]),
    ).toEqual([
      'ok    clock     as the clock of S3',
      'FAIL  S3 write  AccessDenied: no',
      '                mend: allow s3:PutObject',
      '1 ok, 0 warnings, 1 failure, 0 not checked',
    ]);
  });
});

async function mend(): Promise<void> {
  const s3 = new S3Client({ ...testAws(), forcePathStyle: true });
  await s3.send(
    new PutPublicAccessBlockCommand({
      Bucket: firehose.bucket,
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        IgnorePublicAcls: true,
        BlockPublicPolicy: true,
        RestrictPublicBuckets: true,
      },
    }),
  );
  const TableName = house['FRONTPAGE_TABLE'];
  const dynamodb = new DynamoDBClient(testAws());
  await dynamodb.send(new UpdateTableCommand({ TableName, DeletionProtectionEnabled: true }));
  await dynamodb.send(
    new UpdateContinuousBackupsCommand({
      TableName,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    }),
  );
  s3.destroy();
  dynamodb.destroy();
}
