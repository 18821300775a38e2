/** Every server of the house on loopback, over real HTTP and as bytes on a socket that are hardly HTTP. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request as send } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFirehose } from '../../../local/firehose/server';
import { startSageMaker } from '../../../local/sagemaker/server';
import { parsePayloadKeys } from '../../../src/clients/payloadKeys';
import { startCodecServer } from '../../../src/codecServer';
import { startCollector } from '../../../src/collector/startCollector';
import { collectorOptions } from '../../collector/collectorFixture';
import { FakeDeliveryStream } from '../../collector/fakeDeliveryStream';
import { FakePipeline, key as operatorKey, startOperatorOf } from '../../portal/operatorFixture';
import { startPortal } from '../../portal/portalFixture';
import type { Inputs } from './inputs';
import { clickBody, rightJob, rightRecords, rightStream, rightUpdate } from './parsers';
import { must, type Target } from './target';

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

interface Server {
  readonly name: string;
  readonly url: string;
  readonly share: number;
  /** Answers that its documents know. */
  readonly statuses: readonly number[];
  /** Answered so when it is well; 200 if it does not say. */
  readonly healthPath: string;
  readonly healthStatus?: number;
  readonly healthHeaders?: Readonly<Record<string, string>>;
  readonly ask: (inputs: Inputs) => Asked;
  readonly close: () => Promise<void>;
}

/** What any HTTP server of Node answers to what is no request, or asks to go on. */
const noRequest = [100, 400, 404, 405, 408, 411, 413, 414, 415, 417, 431, 501, 505];
const nothing = Buffer.alloc(0);

export async function serverTargets(): Promise<Target[]> {
  const servers = await Promise.all([collector(), serving(), operator(), codecServer(), firehose(), sagemaker()]);
  return servers.flatMap(targetsOf);
}

function targetsOf(server: Server): Target[] {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const statuses = new Set([...server.statuses, ...noRequest]);
  const check = (status: number): void => must(statuses.has(status), `${server.name} answered ${status}`);
  return [
    {
      name: `${server.name}, requests`,
      share: server.share,
      run: async (inputs) => check(await statusOf(agent, server, server.ask(inputs))),
      async close() {
        const { healthPath: path, healthHeaders: headers = {}, healthStatus = 200 } = server;
        const status = await statusOf(agent, server, { method: 'GET', path, headers, body: nothing });
        agent.destroy();
        await server.close();
        must(status === healthStatus, `${server.name} answers ${status} at ${path} after all inputs`);
      },
    },
    {
      name: `${server.name}, bytes`,
      share: Math.ceil(server.share / 3),
      async run(inputs) {
        const { hostname, port } = new URL(server.url);
        for (const status of await statusesOf(hostname, Number(port), bytesOf(inputs, server))) check(status);
      },
    },
  ];
}

function statusOf(agent: Agent, server: Server, asked: Asked, retries = 1): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = send(new URL(server.url), {
      agent,
      method: asked.method,
      path: asked.path,
      headers: asked.headers,
    });
    request.on('response', (response) => {
      response.on('error', reject).on('end', () => resolve(response.statusCode ?? 0));
      response.resume();
    });
    request.on('error', (error) => {
      // A server may close a kept connection in the moment in which it is used again.
      if (request.reusedSocket && retries > 0) resolve(statusOf(agent, server, asked, retries - 1));
      else reject(error);
    });
    request.end(asked.body);
  });
}

/** Sends the pieces, ends the sending side, and waits until the server has closed. A reset is an answer too. */
function statusesOf(host: string, port: number, pieces: readonly Buffer[]): Promise<number[]> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect({ host, port, allowHalfOpen: true, noDelay: true }, () => {
      for (const piece of pieces) socket.write(piece);
      socket.end();
    });
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve([...text.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map((match) => Number(match[1]))));
  });
}

/** A request as bytes: right at first, then with other lengths, encodings, line ends, headers, and any damage. */
function bytesOf(inputs: Inputs, server: Server): Buffer[] {
  const { method, path, headers, body } = server.ask(inputs);
  const lineEnd = inputs.chance(0.05) ? '\n' : '\r\n';
  const length = inputs.chance(0.3)
    ? inputs.pick(['-1', '0', '1e3', '99999999999', `${body.length + 7}`, 'x'])
    : body.length;
  const extra = inputs.pick([
    'x: y',
    `x-long: ${'y'.repeat(inputs.whole(40_000))}`,
    'transfer-encoding: chunked',
    'transfer-encoding: gzip, chunked',
    'expect: 100-continue',
    'content-encoding: gzip',
    'upgrade: websocket',
    `host: ${inputs.pick(['example.org', '127.0.0.1', '', 'a b'])}`,
    `x-${inputs.id()}: ${inputs.text()}`,
    ...Array.from({ length: 2 }, () => Array.from({ length: inputs.whole(3000) }, (_, n) => `h${n}: 1`).join('\r\n')),
  ]);
  const lines = [
    `${inputs.chance(0.1) ? inputs.text() : method} ${path} HTTP/${inputs.pick(['1.1', '1.1', '1.1', '1.0', '2.0', '9'])}`,
    'host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `content-length: ${length}`,
    extra,
  ];
  const whole = Buffer.concat([Buffer.from(lines.join(lineEnd) + lineEnd + lineEnd), body]);
  const sent = inputs.chance(0.4) ? inputs.mutated(whole) : whole;
  const cut = inputs.whole(sent.length + 1);
  return inputs.chance(0.5) ? [sent] : [sent.subarray(0, cut), sent.subarray(cut)];
}

/** Any text, as it may stand in the path of a request. */
const inPath = (text: string): string => encodeURIComponent(Buffer.from(text).toString()).slice(0, 6000);

function query(inputs: Inputs, right: Readonly<Record<string, string>>): string {
  const parts = Object.entries(right).map(
    ([name, value]) => `${name}=${inPath(inputs.chance(0.4) ? inputs.text() : value)}`,
  );
  return inputs.chance(0.2) ? `${parts.join('&')}&${parts.join('&')}` : parts.join('&');
}

async function collector(): Promise<Server> {
  const options = collectorOptions(new FakeDeliveryStream(), {
    admission: { allowedOrigins: ['https://portal.example.org'], requestsPerMinute: 1_000_000 },
    trustProxy: true,
  });
  const started = await startCollector(options);
  return {
    name: 'collector',
    url: started.url,
    share: 24,
    statuses: [202, 204, 400, 403, 413, 415, 429, 503],
    healthPath: '/healthz',
    ask(inputs) {
      const type = inputs.pick([
        'application/json',
        'text/plain',
        'application/x-ndjson',
        'text/html',
        'x',
        'application/json; charset=x',
      ]);
      const origin = inputs.pick(['https://portal.example.org', 'https://evil.example.org', 'null', 'file://']);
      return {
        method: inputs.pick(['POST', 'POST', 'POST', 'POST', 'OPTIONS', 'PUT']),
        path: inputs.chance(0.9) ? '/v1/clicks' : `/${inPath(inputs.text())}`,
        headers: {
          'content-type': type,
          'x-forwarded-for': inPath(inputs.text()).slice(0, 500),
          ...(inputs.chance(0.3) ? { origin } : {}),
        },
        body: inputs.chance(0.01) ? Buffer.alloc(1_100_000, 32) : clickBody(inputs, type),
      };
    },
    async close() {
      await started.close();
      rmSync(options.spoolDir, { recursive: true, force: true });
    },
  };
}

const apiKey = 'a key of the serving API';

async function serving(): Promise<Server> {
  const portal = await startPortal({ serving: { apiKey } });
  const basic = `Basic ${Buffer.from(`x:${apiKey}`).toString('base64')}`;
  return {
    name: 'serving and portal',
    url: portal.serving.url,
    share: 16,
    statuses: [200, 303, 304, 400, 401, 503],
    healthPath: '/healthz',
    ask(inputs) {
      const id = inPath(inputs.chance(0.5) ? inputs.text() : 'r1');
      const selection = query(inputs, { limit: '5', exclude: 'p1,p2', current: 'p3', recent: 'p4,p5' });
      const form = inputs.chance(0.2);
      return {
        method: form ? 'POST' : inputs.pick(['GET', 'GET', 'HEAD']),
        path: form
          ? inputs.pick(['/portal/reader', '/portal/consent', '/'])
          : inputs.pick([
              `/v1/users/${id}/recommendations?${selection}`,
              `/v1/sections/${id}/recommendations?${selection}`,
              `/article/${id}`,
              `/section/${id}`,
              `/portal/${id}`,
              '/',
            ]),
        headers: {
          'x-api-key': inputs.chance(0.8) ? apiKey : inPath(inputs.text()),
          authorization: inputs.chance(0.8) ? basic : `Basic ${inPath(inputs.text())}`,
          cookie: `fp_reader=${inPath(inputs.text())}; fp_consent=yes; fp_visit=${inPath(inputs.text())}`,
          'if-none-match': inPath(inputs.text()),
          ...(form ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
        },
        body: form ? Buffer.from(query(inputs, { reader: 'r1', consent: 'yes', to: '/' })) : nothing,
      };
    },
    close: () => portal.close(),
  };
}

async function operator(): Promise<Server> {
  const started = await startOperatorOf(new FakePipeline(), { guardPages: true });
  const basic = `Basic ${Buffer.from(`x:${operatorKey}`).toString('base64')}`;
  return {
    name: 'operator',
    url: started.url,
    share: 8,
    statuses: [200, 304, 400, 401, 403, 404],
    healthPath: '/',
    healthHeaders: { authorization: basic },
    ask(inputs) {
      const form = inputs.chance(0.3);
      const date = query(inputs, { date: '2026-11-23', version: '2026-11-22.01' });
      return {
        method: form ? 'POST' : 'GET',
        path: form
          ? '/rollback'
          : inputs.pick([
              `/?${date}`,
              `/live?${date}`,
              `/rollback?${date}`,
              `/reports/${inPath(inputs.text())}`,
              `/portal/${inPath(inputs.text())}`,
            ]),
        headers: {
          authorization: inputs.chance(0.9) ? basic : inPath(inputs.text()),
          ...(form
            ? { 'content-type': inputs.pick(['application/x-www-form-urlencoded', 'application/json', 'x']) }
            : {}),
        },
        body: form ? Buffer.from(query(inputs, { version: '2026-11-22.01', reason: 'r', key: operatorKey })) : nothing,
      };
    },
    close: () => started.close(),
  };
}

async function codecServer(): Promise<Server> {
  const payloadKeys = parsePayloadKeys(`k1:${randomBytes(32).toString('base64')}`);
  const started = await startCodecServer({ host: '127.0.0.1', port: 0, payloadKeys, logLevel: 'fatal' });
  const sealed = await fetch(`${started.url}/encode`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ payloads: [{ metadata: { encoding: 'anNvbi9wbGFpbg==' }, data: 'ImEi' }] }),
  });
  const right: unknown = await sealed.json();
  return {
    name: 'codec server',
    url: started.url,
    share: 8,
    statuses: [200, 204, 400, 421],
    // It has no address but those two.
    healthPath: '/',
    healthStatus: 404,
    ask: (inputs) => ({
      method: inputs.pick(['POST', 'POST', 'OPTIONS']),
      path: inputs.pick(['/decode', '/decode', '/encode', `/${inPath(inputs.text())}`]),
      headers: { 'content-type': inputs.pick(['application/json', 'application/json', 'text/plain', 'x']) },
      body: inputs.json(right),
    }),
    close: () => started.close(),
  };
}

/** Nobody listens there. */
const nowhere = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
};

function awsRequest(
  inputs: Inputs,
  prefix: string,
  operations: Readonly<Record<string, unknown>>,
  controls: Readonly<Record<string, unknown>>,
): Asked {
  const isControl = inputs.chance(0.4);
  const named = isControl ? controls : operations;
  const name = inputs.chance(0.9) ? inputs.pick(Object.keys(named)) : inputs.text();
  return {
    method: 'POST',
    path: isControl ? `/_control/${inPath(name)}` : '/',
    headers: isControl
      ? { 'content-type': inputs.pick(['application/json', 'application/json', 'text/plain']) }
      : { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `${prefix}.${inPath(name)}` },
    body: inputs.json(Object.hasOwn(named, name) ? named[name] : {}),
  };
}

async function firehose(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'frontpage-fuzz-firehose-'));
  const started = await startFirehose({
    port: 0,
    dataDir,
    s3: nowhere,
    cloudwatch: nowhere,
    // There is no S3 that it could wait for.
    settings: { waitSeconds: 0.05 },
    warn: () => undefined,
  });
  const byName = { DeliveryStreamName: 'clicks' };
  const operations = {
    CreateDeliveryStream: rightStream,
    DescribeDeliveryStream: byName,
    ListDeliveryStreams: { Limit: 10 },
    PutRecord: { ...byName, Record: { Data: 'e30K' } },
    PutRecordBatch: rightRecords,
    UpdateDestination: rightUpdate,
    constructor: byName,
    toString: byName,
  };
  const controls = {
    faults: { fault: 'throttle', calls: 1 },
    clear: {},
    settings: {},
    clock: { now: new Date().toISOString(), speed: 1 },
  };
  return {
    name: 'local Firehose',
    url: started.url,
    share: 8,
    statuses: [200, 400, 421, 503],
    healthPath: '/_control/state',
    ask: (inputs) => awsRequest(inputs, 'Firehose_20150804', operations, controls),
    async close() {
      await started.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function sagemaker(): Promise<Server> {
  const dataDir = mkdtempSync(join(tmpdir(), 'frontpage-fuzz-sagemaker-'));
  const started = await startSageMaker({
    port: 0,
    dataDir,
    s3: nowhere,
    trainerCommand: ['true'],
    onShutdown: 'stop',
    warn: () => undefined,
  });
  const byName = { TrainingJobName: 'job-1' };
  const operations = {
    // One that is whole would look for its input in S3; parsers are given those.
    CreateTrainingJob: { ...rightJob, RoleArn: 'none' },
    DescribeTrainingJob: byName,
    StopTrainingJob: byName,
    DeleteTrainingJob: byName,
    ListTrainingJobs: { MaxResults: 10, SortBy: 'Name', NextToken: 'eA' },
    ListTags: { ResourceArn: 'arn:aws:sagemaker:us-east-1:000000000000:training-job/job-1' },
    AddTags: { ResourceArn: 'x', Tags: [] },
    constructor: byName,
    valueOf: byName,
  };
  const controls = {
    reclaims: { afterSeconds: 1 },
    failures: { reason: 'CapacityError' },
    droughts: { forSeconds: 1 },
    'spot-trace': { file: '/' },
    clear: {},
    'drop-creates': { count: 0 },
    errors: { operation: 'ListTrainingJobs', error: 'ThrottlingException', count: 0 },
    'checkpoint-faults': { fault: 'stall', seconds: 0 },
    settings: {},
  };
  return {
    name: 'local SageMaker',
    url: started.url,
    share: 8,
    statuses: [200, 400, 421],
    healthPath: '/_control/state',
    ask: (inputs) => awsRequest(inputs, 'SageMaker', operations, controls),
    async close() {
      await started.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
