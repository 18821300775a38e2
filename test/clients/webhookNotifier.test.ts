/** Alerts by webhook, against a real server that answers as it is told. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createWebhookNotifier } from '../../src/clients/notifier.webhook';
import { parseRunDate } from '../../src/domain/runDate';

const notification = {
  kind: 'failed',
  severity: 'urgent',
  runDate: parseRunDate('2026-11-23'),
  title: 'urgent: the run failed (2026-11-23)',
  text: 'DataRejected: <!channel> 7 % & more > 5 %',
  link: 'https://git.example/runbook.md#datarejected',
} as const;

interface Reply {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

let server: Server;
let port = 0;
const got: { readonly method: string | undefined; readonly path: string | undefined; readonly body: string }[] = [];
/** `undefined`: nothing is answered. */
let reply: Reply | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      got.push({ method: request.method, path: request.url, body: await bodyOf(request) });
      if (reply === undefined) return;
      response.writeHead(reply.status, reply.headers).end(reply.body ?? '');
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address === 'object' && address !== null) port = address.port;
});
beforeEach(() => {
  got.length = 0;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}

const secret = 'T0000-secret-path';
const notifierAt = (timeoutMs = 5000) =>
  createWebhookNotifier({ url: `http://127.0.0.1:${port}/services/${secret}`, timeoutMs });

async function failureAgainst(answer: Reply | undefined, timeoutMs?: number): Promise<unknown> {
  reply = answer;
  return notifierAt(timeoutMs)
    .send(notification)
    .then(
      () => 'sent',
      (error: unknown) => error,
    );
}

describe('the webhook', () => {
  it('gets one POST with the text in Slack’s markup, in which nothing can call everybody', async () => {
    reply = { status: 200, body: 'ok' };
    await notifierAt().send(notification);
    expect(got).toHaveLength(1);
    expect(got[0]).toMatchObject({ method: 'POST', path: `/services/${secret}` });
    expect(JSON.parse(got[0]?.body ?? '')).toEqual({
      text: [
        '*urgent: the run failed (2026-11-23)*',
        'DataRejected: &lt;!channel&gt; 7 % &amp; more &gt; 5 %',
        '<https://git.example/runbook.md#datarejected|What to do>',
      ].join('\n'),
    });
  });

  it.each<[string, Reply, string, number | undefined]>([
    ['is asked to wait', { status: 429, headers: { 'retry-after': '30' } }, 'answered 429', 30],
    ['is asked to wait for nobody knows how long', { status: 429 }, 'answered 429', undefined],
    ['meets a fault', { status: 500 }, 'answered 500', undefined],
    ['is told that it took too long', { status: 408 }, 'answered 408', undefined],
  ])('may be tried again when it %s', async (_what, answer, message, retryAfterSeconds) => {
    expect(await failureAgainst(answer)).toMatchObject({
      name: 'NotifierUnavailable',
      message: expect.stringContaining(message),
      retryAfterSeconds,
    });
  });

  it('may be tried again when nothing is answered in time, or nobody is there', async () => {
    expect(await failureAgainst(undefined, 50)).toMatchObject({
      name: 'NotifierUnavailable',
      message: 'the webhook did not answer within 50 ms',
    });
    const nobody = createWebhookNotifier({ url: 'http://127.0.0.1:1/services/secret' });
    await expect(nobody.send(notification)).rejects.toMatchObject({
      name: 'NotifierUnavailable',
      message: 'the webhook did not answer (ECONNREFUSED)',
    });
  });

  it.each<[string, Reply, string]>([
    ['what it does not understand', { status: 400, body: 'invalid_payload' }, 'answered 400: invalid_payload'],
    ['what is gone', { status: 404, body: '<html>not found</html>' }, 'the webhook answered 404'],
  ])('is not tried again with %s', async (_what, answer, message) => {
    expect(await failureAgainst(answer)).toMatchObject({
      name: 'NotifierRefused',
      message: expect.stringMatching(new RegExp(`${message}$`)),
    });
  });

  it('follows no redirect, which could lead the alert to anybody', async () => {
    const elsewhere = { status: 307, headers: { location: `http://127.0.0.1:${port}/elsewhere` } };
    expect(await failureAgainst(elsewhere)).toMatchObject({ name: 'NotifierRefused' });
    expect(got.map(({ path }) => path)).toEqual([`/services/${secret}`]);
  });

  it('keeps its address out of all errors, also where the server repeats it', async () => {
    const repeating = { status: 400, body: `no_such_hook /services/${secret}` };
    for (const answer of [repeating, { status: 503 }, undefined]) {
      const error = await failureAgainst(answer, 50);
      expect(error).toBeInstanceOf(Error);
      expect(error).not.toHaveProperty('cause');
      expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain('secret');
    }
  });
});
