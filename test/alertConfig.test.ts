/** Where alerts go, as the environment of the worker says it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAlertConfig, loadPipelineSettings, loadRunWatchInput } from '../src/config';

const topicArn = 'arn:aws:sns:eu-west-1:123456789012:frontpage-alerts';
const webhookUrl = 'https://hooks.example/services/T0/B0/secret';

describe('the channels of alerts', () => {
  it('are none by default, and the runbook is that of the repository', () => {
    expect(loadAlertConfig({})).toEqual({ runbookUrl: 'docs/runbook.md' });
  });

  it('are all that is set', () => {
    const config = loadAlertConfig({
      FRONTPAGE_ALERT_WEBHOOK_URL: webhookUrl,
      FRONTPAGE_ALERT_TOPIC_ARN: topicArn,
      FRONTPAGE_RUNBOOK_URL: 'https://git.example/runbook.md',
    });
    expect(config).toEqual({ webhookUrl, topicArn, runbookUrl: 'https://git.example/runbook.md' });
  });

  it.each(['http://127.0.0.1:9999/x', 'http://localhost/x', 'http://[::1]:8080/x'])(
    'may be without https on this machine alone: %s',
    (url) => {
      expect(loadAlertConfig({ FRONTPAGE_ALERT_WEBHOOK_URL: url }).webhookUrl).toBe(url);
    },
  );

  it.each([
    ['FRONTPAGE_ALERT_WEBHOOK_URL', 'http://hooks.example/services/T0/B0/secret', 'is not an https address'],
    ['FRONTPAGE_ALERT_WEBHOOK_URL', 'file:///etc/secret', 'is not an https address'],
    ['FRONTPAGE_ALERT_WEBHOOK_URL', 'hooks secret', 'is not an https address'],
    ['FRONTPAGE_ALERT_TOPIC_ARN', 'frontpage-alerts-secret', 'is not the ARN of a standard SNS topic'],
    ['FRONTPAGE_ALERT_TOPIC_ARN', `${topicArn}-secret.fifo`, 'is not the ARN of a standard SNS topic'],
  ])('%s=%s is refused by the name of its variable, without its value', (variable, value, message) => {
    const load = () => loadAlertConfig({ [variable]: value });
    expect(load).toThrow(`${variable}: ${message}`);
    expect(load).not.toThrow('secret');
  });
});

describe('the settings of alerts', () => {
  it('go to the run that waits, and to the watchdog', () => {
    const dir = mkdtempSync(join(tmpdir(), 'frontpage-settings-'));
    const file = join(dir, 'settings.json');
    writeFileSync(file, JSON.stringify({ alerts: { notStartedMinutes: 30, waitingMinutes: 45 } }));
    const environment = { FRONTPAGE_SETTINGS: file };
    expect(loadPipelineSettings(environment).alerts).toEqual({ waitingMinutes: 45 });
    expect(loadRunWatchInput(environment)).toEqual({ scheduleId: 'frontpage-daily', graceMinutes: 30 });
    rmSync(dir, { recursive: true });
  });
});
