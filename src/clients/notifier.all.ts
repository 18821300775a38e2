/** All channels that are set, or, when none is, the log: an alert always leads somewhere. */
import type { AwsEndpoint } from './awsEndpoint';
import type { Notifier } from './notifier';
import { createLogNotifier, type WriteLine } from './notifier.log';
import { createSnsNotifier } from './notifier.sns';
import { createWebhookNotifier } from './notifier.webhook';

export interface ChannelAddresses {
  readonly webhookUrl?: string;
  readonly topicArn?: string;
}

export function createNotifiers(
  { webhookUrl, topicArn }: ChannelAddresses,
  sns: AwsEndpoint,
  writeLine: WriteLine,
): Notifier[] {
  const channels = [
    ...(webhookUrl === undefined ? [] : [createWebhookNotifier({ url: webhookUrl })]),
    ...(topicArn === undefined ? [] : [createSnsNotifier(topicArn, sns)]),
  ];
  return channels.length > 0 ? channels : [createLogNotifier(writeLine)];
}
