import { randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils';
import { z } from 'zod';
import { parsePayloadKeys } from '../../src/clients/payloadKeys';
import { type CodecServer, startCodecServer } from '../../src/codecServer';
import { type CodecServerConfig, loadCodecServerConfig } from '../../src/config';

const keys = `k1:${randomBytes(32).toString('base64')}`;
const origin = 'https://temporal.example.org';
const apiKey = 'a-key-of-the-codec-server';
const config: CodecServerConfig = {
  host: '127.0.0.1',
  port: 0,
  payloadKeys: parsePayloadKeys(keys),
  logLevel: 'fatal',
};
const answerSchema = z.object({
  payloads: z.array(z.object({ metadata: z.record(z.string(), z.string()), data: z.string() })),
});

let server: CodecServer | undefined;
afterEach(() => server?.close());

async function start(change: Partial<CodecServerConfig> = {}): Promise<string> {
  server = await startCodecServer({ ...config, ...change });
  return server.url;
}

function post(url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

const plain = { payloads: [payloadToJSON(defaultPayloadConverter.toPayload('a reason'))] };

describe('the codec server', () => {
  it('decodes what it has encoded', async () => {
    const url = await start();
    const sealed = answerSchema.parse(await (await post(`${url}/encode`, plain)).json());
    expect(sealed.payloads[0]?.data).not.toBe(plain.payloads[0]?.data);
    const opened = answerSchema.parse(await (await post(`${url}/decode`, sealed)).json());
    expect(opened.payloads.map((each) => defaultPayloadConverter.fromPayload(JSONToPayload(each)))).toEqual([
      'a reason',
    ]);
  });

  it('lets the pages of one origin ask, and no others', async () => {
    const url = await start({ allowedOrigin: origin, apiKey });
    const preflight = await fetch(`${url}/decode`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization');
    await server?.close();
    const closed = await start();
    expect((await post(`${closed}/decode`, plain, { origin })).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('asks for its key when it has one', async () => {
    const url = await start({ apiKey });
    expect((await post(`${url}/decode`, plain)).status).toBe(401);
    expect((await post(`${url}/decode`, plain, { authorization: 'Bearer another-key-of-its-own' })).status).toBe(401);
    expect((await post(`${url}/decode`, plain, { authorization: `Bearer ${apiKey}` })).status).toBe(200);
  });

  it('says which key a payload needs that it does not have', async () => {
    const url = await start();
    const sealed: unknown = await (await post(`${url}/encode`, plain)).json();
    await server?.close();
    const other = await start({ payloadKeys: parsePayloadKeys(`k2:${randomBytes(32).toString('base64')}`) });
    const answer = await post(`${other}/decode`, sealed);
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining("'k1'")]);
  });

  it('refuses what is no list of payloads, and what is too large', async () => {
    const url = await start();
    expect((await post(`${url}/decode`, { payload: 1 })).status).toBe(400);
    expect((await post(`${url}/decode`, 'not json')).status).toBe(400);
    expect((await post(`${url}/decode`, `"${'x'.repeat(9 * 1024 * 1024)}"`)).status).toBe(413);
  });

  it('does not listen beyond this machine without a key, and does not start without payload keys', () => {
    const environment = { FRONTPAGE_PAYLOAD_KEYS: keys };
    expect(loadCodecServerConfig(environment)).toMatchObject({ host: '127.0.0.1', port: 8083 });
    expect(() => loadCodecServerConfig({ ...environment, CODEC_SERVER_HOST: '0.0.0.0' })).toThrow(
      'CODEC_SERVER_API_KEY is missing',
    );
    expect(() => loadCodecServerConfig({})).toThrow('FRONTPAGE_PAYLOAD_KEYS is missing');
  });
});
