/** What every server of the house refuses, whoever asks: pages of other sites, names that are not this machine's, requests without end. */
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { Server, request as send } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFirehose } from '../../local/firehose/server';
import { startSageMaker } from '../../local/sagemaker/server';
import { parsePayloadKeys } from '../../src/clients/payloadKeys';
import { startCodecServer } from '../../src/codecServer';
import { startCollector } from '../../src/collector/startCollector';
import { field } from '../../src/domain/field';
import { collectorOptions } from '../collector/collectorFixture';
import { FakeDeliveryStream } from '../collector/fakeDeliveryStream';
import { FakePipeline, key, startOperatorOf } from '../portal/operatorFixture';
import { startPortal } from '../portal/portalFixture';

const apiKey = 'a key of the codec server';
const payloadKeys = parsePayloadKeys(`k1:${randomBytes(32).toString('base64')}`);
const nowhere = {
  region: 'us-east-1',
  endpoint: 'http://127.0.0.1:9',
  credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
};
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-security-'));
  closing.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function opened<Started extends { readonly url: string; close(): Promise<void> }>(
  starting: Promise<Started>,
): Promise<string> {
  const started = await starting;
  closing.push(() => started.close());
  return started.url;
}

const collector = (): Promise<string> =>
  opened(startCollector(collectorOptions(new FakeDeliveryStream(), { spoolDir: folder() })));
const operator = (options = {}): Promise<string> => opened(startOperatorOf(new FakePipeline(), options));
const codec = (options = {}): Promise<string> =>
  opened(startCodecServer({ host: '127.0.0.1', port: 0, payloadKeys, logLevel: 'fatal', ...options }));
const firehose = (): Promise<string> =>
  opened(startFirehose({ port: 0, dataDir: folder(), s3: nowhere, cloudwatch: nowhere, warn: () => undefined }));
const sagemaker = (): Promise<string> =>
  opened(
    startSageMaker({
      port: 0,
      dataDir: folder(),
      s3: nowhere,
      trainerCommand: ['true'],
      onShutdown: 'stop',
      warn: () => undefined,
    }),
  );
async function portal(): Promise<string> {
  const started = await startPortal();
  closing.push(() => started.close());
  return started.serving.url;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** `fetch` does not let a program say which host it asks for. */
function ask(url: string, headers: Record<string, string> = {}, method = 'GET', body = ''): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = send(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    request.on('error', reject);
    request.end(body);
  });
}

describe('a server without a key', () => {
  it.each([
    ['the local Firehose', firehose, '/_control/state', 200],
    ['the local SageMaker', sagemaker, '/_control/state', 200],
    ["the operator's page", operator, '/', 200],
    ['the codec server', codec, '/decode', 404],
  ])('answers under names of this machine alone: %s', async (_name, start, path, status) => {
    const url = await start();
    const { port } = new URL(url);
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`, 'LOCALHOST']) {
      expect((await ask(url + path, { host })).status).toBe(status);
    }
    for (const host of [`rebound.example.org:${port}`, '127.0.0.1.example.org', 'localhost.example.org', '127.1']) {
      expect((await ask(url + path, { host })).status).toBe(421);
    }
  });

  it('with a key it answers under any name, as behind a proxy', async () => {
    const host = 'operator.example.org';
    const guarded = await operator({ guardPages: true });
    const authorization = `Basic ${Buffer.from(`x:${key}`).toString('base64')}`;
    expect((await ask(guarded, { host, authorization })).status).toBe(200);
    const decoding = await codec({ apiKey });
    expect((await ask(`${decoding}/decode`, { host, authorization: `Bearer ${apiKey}` })).status).toBe(404);
  });
});

describe('the local AWS servers', () => {
  it.each([
    ['Firehose', firehose],
    ['SageMaker', sagemaker],
  ])('take no order from a page of another site, which needs no leave to send one: %s', async (_name, start) => {
    const url = await start();
    expect((await ask(`${url}/_control/clear`, { 'sec-fetch-site': 'cross-site' }, 'POST')).status).toBe(403);
    expect((await ask(`${url}/`, { 'sec-fetch-site': 'same-site' }, 'POST')).status).toBe(403);
    expect((await ask(`${url}/_control/clear`, {}, 'POST')).status).toBe(200);
  });

  it.each([
    ['Firehose', firehose, 'Firehose_20150804'],
    ['SageMaker', sagemaker, 'SageMaker'],
  ])('know no operation that is only a name of every object: %s', async (_name, start, prefix) => {
    const url = await start();
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty', '']) {
      const answer = await ask(url, { 'x-amz-target': `${prefix}.${name}` }, 'POST');
      expect(answer).toEqual({ status: 400, text: expect.stringContaining('UnknownOperationException') });
    }
  });

  it('keep a channel of a training job inside its folder', async () => {
    const url = await sagemaker();
    for (const ChannelName of ['..', '.']) {
      const answer = await ask(
        url,
        { 'x-amz-target': 'SageMaker.CreateTrainingJob', 'content-type': 'application/x-amz-json-1.1' },
        'POST',
        JSON.stringify({ InputDataConfig: [{ ChannelName }] }),
      );
      expect(answer.text).toContain(`'${ChannelName}' at 'inputDataConfig.1.member.channelName'`);
    }
  });
});

describe('a request', () => {
  it.each([
    ['the collector', collector, '/healthz'],
    ['serving and the portal', portal, '/healthz'],
    ["the operator's page", operator, '/'],
    ['the codec server', codec, '/decode'],
  ])('has half a minute to come in whole, and no more: %s', async (_name, start, path) => {
    const limits: number[] = [];
    const onStart = (message: unknown): void => {
      const server = field(message, 'server');
      if (server instanceof Server) limits.push(server.requestTimeout, server.headersTimeout);
    };
    subscribe('http.server.request.start', onStart);
    try {
      await ask((await start()) + path);
    } finally {
      unsubscribe('http.server.request.start', onStart);
    }
    expect(limits).toEqual([30_000, 60_000]);
  });

  it('that is too large, or of another kind, is its sender’s mistake and not a failure of the page', async () => {
    const url = await operator();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await ask(`${url}/rollback`, form, 'POST', `reason=${'x'.repeat(5000)}`)).status).toBe(413);
    expect((await ask(`${url}/rollback`, { 'content-type': 'application/json' }, 'POST', '{}')).status).toBe(415);
    const site = await portal();
    expect((await ask(`${site}/portal/reader`, form, 'POST', `reader=${'x'.repeat(5000)}`)).status).toBe(413);
    expect((await ask(`${site}/portal/reader`, { 'content-type': 'text/xml' }, 'POST', '<a/>')).status).toBe(415);
  });

  it('with a payload that is not base64 is refused by the codec server as such', async () => {
    const url = await codec();
    const body = JSON.stringify({ payloads: [{ metadata: { encoding: '!' }, data: 'a' }] });
    expect(await ask(`${url}/decode`, { 'content-type': 'application/json' }, 'POST', body)).toEqual({
      status: 400,
      text: expect.stringContaining('not base64'),
    });
  });
});

describe("the operator's page", () => {
  it('shows what others wrote as text', async () => {
    const wicked = '"><script>alert(1)</script>\'';
    const pipeline = new FakePipeline();
    pipeline.runs = pipeline.runs.map((row) => ({ ...row, stage: wicked, version: wicked }));
    if (pipeline.run !== undefined) {
      pipeline.run = { ...pipeline.run, workflowId: wicked, failure: { type: 'DataRejected', message: wicked } };
    }
    pipeline.live = wicked;
    const url = await opened(startOperatorOf(pipeline));
    const { status, text } = await ask(url);
    expect(status).toBe(200);
    expect(text).toContain('&#60;script&#62;alert(1)');
    expect(text).not.toContain('<script>alert');
  });
});
