/** Alerts by an Amazon SNS topic: e-mail, text messages, pagers and queues, filtered by the attributes of a message. */
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { Notification } from '../domain/alerts';
import { field } from '../domain/field';
import type { AwsEndpoint } from './awsEndpoint';
import { type Notifier, NotifierRefused, NotifierUnavailable } from './notifier';

/** Of SNS, in characters, which must be ASCII. */
const longestSubject = 100;

export function createSnsNotifier(topicArn: string, endpoint: AwsEndpoint, timeoutMs = 5000): Notifier {
  const sns = new SNSClient({
    ...endpoint,
    // A topic may lie in another region than the pipeline.
    region: topicArn.split(':')[3] ?? endpoint.region,
    // The activity tries again.
    maxAttempts: 1,
    requestHandler: { connectionTimeout: timeoutMs, requestTimeout: timeoutMs, throwOnRequestTimeout: true },
  });
  return {
    channel: 'sns',
    async send(notification) {
      try {
        await sns.send(new PublishCommand({ TopicArn: topicArn, ...messageOf(notification) }));
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

function messageOf({ kind, severity, runDate, title, text, link }: Notification) {
  const attribute = (value: string) => ({ DataType: 'String', StringValue: value });
  return {
    Subject: title.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, longestSubject),
    Message: `${title}\n\n${text}\n\nWhat to do: ${link}\n`,
    MessageAttributes: { kind: attribute(kind), severity: attribute(severity), runDate: attribute(runDate) },
  };
}

/** By name and status alone: the service's own words name the topic. */
function translate(error: unknown): Error {
  const name = error instanceof Error ? error.name : 'unknown error';
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  const isRefusal = typeof status === 'number' && status >= 400 && status < 500 && status !== 408 && status !== 429;
  const message = `SNS did not take the alert: ${name}${typeof status === 'number' ? `, status ${status}` : ''}`;
  return isRefusal && !/throttl/i.test(name) ? new NotifierRefused(message) : new NotifierUnavailable(message);
}
