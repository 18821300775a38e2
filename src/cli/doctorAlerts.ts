/** Where alerts go, and a test of the way there, when an operator asks for one. */
import { createSnsNotifier } from '../clients/notifier.sns';
import { createWebhookNotifier } from '../clients/notifier.webhook';
import type { Notification } from '../domain/alerts';
import { broken, doubtful, fine } from '../domain/finding';
import { lastCompleteDay } from '../domain/runDate';
import type { CheckupConfig } from './doctorConfig';
import type { Probe } from './doctorRun';

/** An operator waits for the answer. */
const timeoutMs = 5_000;

export function alertProbes({ alerts }: CheckupConfig, sendTest: boolean, nowMs: number): Probe[] {
  // What is wrong with it stands with the environment of the worker.
  if ('problem' in alerts) return [];
  const { webhookUrl, topicArn, runbookUrl, aws } = alerts.value;
  const notifiers = [
    ...(webhookUrl === undefined ? [] : [createWebhookNotifier({ url: webhookUrl, timeoutMs })]),
    ...(topicArn === undefined ? [] : [createSnsNotifier(topicArn, aws, timeoutMs)]),
  ];
  if (notifiers.length === 0) {
    return [
      {
        what: 'alerts',
        run: async () =>
          doubtful(
            "they go nowhere but into the worker's log",
            'set FRONTPAGE_ALERT_WEBHOOK_URL or FRONTPAGE_ALERT_TOPIC_ARN',
          ),
      },
    ];
  }
  return notifiers.map((notifier) => ({
    what: `alerts by ${notifier.channel}`,
    run: async () => {
      if (!sendTest) return fine("are configured; '--send-test-alert' tries the way");
      try {
        await notifier.send(testNotification(runbookUrl, nowMs));
        return fine('a test was sent');
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        return broken(
          reason,
          `correct ${notifier.channel === 'sns' ? 'FRONTPAGE_ALERT_TOPIC_ARN, or allow sns:Publish' : 'FRONTPAGE_ALERT_WEBHOOK_URL'}`,
        );
      }
    },
  }));
}

function testNotification(runbookUrl: string, nowMs: number): Notification {
  return {
    kind: 'published',
    severity: 'notice',
    runDate: lastCompleteDay(nowMs),
    title: 'test of alerts by frontpage doctor',
    text: 'Alerts arrive here. Nothing needs to be done.',
    link: runbookUrl,
  };
}
