/** Alerts by webhook, against a real server that answers as it is told. */
import { createWebhookNotifier } from '../../src/clients/notifier.webhook';
import { parseRunDate } from '../../src/domain/runDate';
import { type AnsweringServer, type ServerReply, startAnsweringServer } from '../support/answeringServer';

const notification = {
  kind: 'failed',
  severity: 'urgent',
  runDate: parseRunDate('2026-11-23'),
  title: 'urgent: the run failed (2026-11-23)',
  text: 'DataRejected: <!channel> 7 % & more > 5 %',
  link: 'https://git.example/runbook.md#datarejected',
} as const;

let server: AnsweringServer;
const got: { readonly method: string | undefined; readonly path: string | undefined; readonly body: string }[] = [];
/** `undefined`: nothing is answered. */
let reply: ServerReply | undefined;

beforeAll(async () => {
  server = await startAnsweringServer(({ method, url }, body) => {
    got.push({ method, path: url, body });
    return reply;
  });
});
beforeEach(() => {
  got.length = 0;
});
afterAll(() => server.close());

const secret = 'T0000-secret-path';
const notifierAt = (timeoutMs = 5000) =>
  createWebhookNotifier({ url: `http://127.0.0.1:${server.port}/services/${secret}`, timeoutMs });

async function failureAgainst(answer: ServerReply | undefined, timeoutMs?: number): Promise<unknown> {
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

  it.each<[string, ServerReply, string, number | undefined]>([
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

  it.each<[string, ServerReply, string]>([
    ['what it does not understand', { status: 400, body: 'invalid_payload' }, 'answered 400: invalid_payload'],
    ['what is gone', { status: 404, body: '<html>not found</html>' }, 'the webhook answered 404'],
  ])('is not tried again with %s', async (_what, answer, message) => {
    expect(await failureAgainst(answer)).toMatchObject({
      name: 'NotifierRefused',
      message: expect.stringMatching(new RegExp(`${message}$`)),
    });
  });

  it('follows no redirect, which could lead the alert to anybody', async () => {
    const elsewhere = { status: 307, headers: { location: `http://127.0.0.1:${server.port}/elsewhere` } };
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
