/** Which channels a worker has, and what is left where none is set. */
import { createNotifiers } from '../../src/clients/notifier.all';
import { parseRunDate } from '../../src/domain/runDate';

const webhookUrl = 'https://hooks.example/services/T0/B0/secret';
const topicArn = 'arn:aws:sns:eu-west-1:123456789012:frontpage-alerts';
const sns = { region: 'eu-west-1' };

describe('the channels of a worker', () => {
  it.each([
    [{ webhookUrl }, ['webhook']],
    [{ topicArn }, ['sns']],
    [{ webhookUrl, topicArn }, ['webhook', 'sns']],
    [{}, ['log']],
  ])('of %j are %j', (addresses, channels) => {
    expect(createNotifiers(addresses, sns, () => undefined).map(({ channel }) => channel)).toEqual(channels);
  });

  it('without any are its log: one line an alert, a warning unless nothing needs to be done', async () => {
    const lines: unknown[][] = [];
    const [log] = createNotifiers({}, sns, (...line) => lines.push(line));
    const runDate = parseRunDate('2026-11-23');
    const said = { runDate, title: 'a title', text: 'a text', link: 'docs/runbook.md#late' };
    await log?.send({ ...said, kind: 'late', severity: 'urgent' });
    await log?.send({ ...said, kind: 'published', severity: 'notice' });
    expect(lines).toEqual([
      ['warn', 'a title', { alert: 'late', severity: 'urgent', runDate, text: 'a text', link: 'docs/runbook.md#late' }],
      ['info', 'a title', expect.objectContaining({ alert: 'published' })],
    ]);
  });
});
