/** Alerts by SNS, against a server that answers as SNS does, and as it is told. */
import { createSnsNotifier } from '../../src/clients/notifier.sns';
import { parseRunDate } from '../../src/domain/runDate';
import { type AnsweringServer, startAnsweringServer } from '../support/answeringServer';

const topicArn = 'arn:aws:sns:eu-central-1:123456789012:frontpage-alerts';
const notification = {
  kind: 'waiting for data',
  severity: 'warning',
  runDate: parseRunDate('2026-11-23'),
  title: `warning: the run still waits – for the clicks of its day ${'x'.repeat(80)}`,
  text: 'Waiting since 2026-11-24T00:30Z: missing hours 7.',
  link: 'docs/runbook.md#waiting-for-data',
} as const;

let server: AnsweringServer;
let answer: { readonly status: number; readonly code?: string } | undefined = { status: 200 };
const got: { readonly form: URLSearchParams; readonly authorization: string }[] = [];

beforeAll(async () => {
  server = await startAnsweringServer((request, body) => {
    got.push({ form: new URLSearchParams(body), authorization: request.headers.authorization ?? '' });
    if (answer === undefined) return undefined;
    const { status, code } = answer;
    return {
      status,
      headers: { 'content-type': 'text/xml' },
      body:
        code === undefined
          ? '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId></PublishResult></PublishResponse>'
          : `<ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error><Type>Sender</Type><Code>${code}</Code><Message>about ${topicArn}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>`,
    };
  });
});
beforeEach(() => {
  got.length = 0;
});
afterAll(() => server.close());

function notifier(timeoutMs?: number) {
  const endpoint = {
    region: 'us-east-1',
    endpoint: `http://127.0.0.1:${server.port}`,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  };
  return createSnsNotifier(topicArn, endpoint, timeoutMs);
}

describe('the SNS topic', () => {
  it('gets the alert with a subject that SNS takes, and attributes to filter by', async () => {
    answer = { status: 200 };
    await notifier().send(notification);
    const form = Object.fromEntries(got[0]?.form ?? []);
    expect(form).toMatchObject({ Action: 'Publish', TopicArn: topicArn });
    expect(form['Subject']).toMatch(/^warning: the run still waits \? for the clicks of its day x+$/);
    expect(form['Subject']).toHaveLength(100);
    expect(form['Message']).toContain('missing hours 7.\n\nWhat to do: docs/runbook.md#waiting-for-data');
    const attributes = [1, 2, 3].map((index) => [
      form[`MessageAttributes.entry.${index}.Name`],
      form[`MessageAttributes.entry.${index}.Value.StringValue`],
    ]);
    expect(Object.fromEntries(attributes)).toEqual({
      kind: 'waiting for data',
      severity: 'warning',
      runDate: '2026-11-23',
    });
  });

  it('is spoken to in its own region', async () => {
    answer = { status: 200 };
    await notifier().send(notification);
    expect(got[0]?.authorization).toContain('/eu-central-1/sns/');
  });

  it.each([
    [400, 'InvalidParameter', 'NotifierRefused'],
    [403, 'AuthorizationError', 'NotifierRefused'],
    [404, 'NotFound', 'NotifierRefused'],
    [429, 'Throttled', 'NotifierUnavailable'],
    [400, 'Throttling', 'NotifierUnavailable'],
    [400, 'KMSThrottling', 'NotifierUnavailable'],
    [500, 'InternalError', 'NotifierUnavailable'],
  ])('that answers %i %s counts as %s, and its name stays out of the error', async (status, code, name) => {
    answer = { status, code };
    const error: unknown = await notifier()
      .send(notification)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name });
    expect(error).not.toHaveProperty('cause');
    expect(String(error)).not.toContain('frontpage-alerts');
    expect(got).toHaveLength(1);
  });

  it('that does not answer in time may be tried again', async () => {
    answer = undefined;
    await expect(notifier(50).send(notification)).rejects.toMatchObject({ name: 'NotifierUnavailable' });
  });
});
