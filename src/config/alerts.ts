/** Where the worker tells people what happens. */
import { z } from 'zod';
import { type Environment, isLoopback, read } from './environment';

/** Where alerts go: to all that is set; to the log of the worker when nothing is. */
export interface AlertConfig {
  /** Whoever knows it can write to the channel: it is a secret. */
  readonly webhookUrl?: string;
  readonly topicArn?: string;
  /** Of the runbook that alerts link to. */
  readonly runbookUrl: string;
}

export function loadAlertConfig(environment: Environment = process.env): AlertConfig {
  const env = read(environment, {
    FRONTPAGE_ALERT_WEBHOOK_URL: z
      .string()
      .refine(isSafeAddress, 'is not an https address; without https it may be on this machine only')
      .optional(),
    FRONTPAGE_ALERT_TOPIC_ARN: z
      .string()
      .regex(/^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}$/, 'is not the ARN of a standard SNS topic')
      .optional(),
    FRONTPAGE_RUNBOOK_URL: z.string().min(1).default('docs/runbook.md'),
  });
  return {
    runbookUrl: env.FRONTPAGE_RUNBOOK_URL,
    ...(env.FRONTPAGE_ALERT_WEBHOOK_URL === undefined ? {} : { webhookUrl: env.FRONTPAGE_ALERT_WEBHOOK_URL }),
    ...(env.FRONTPAGE_ALERT_TOPIC_ARN === undefined ? {} : { topicArn: env.FRONTPAGE_ALERT_TOPIC_ARN }),
  };
}

function isSafeAddress(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname: host } = new URL(text);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(host.replaceAll(/[[\]]/g, '')));
}
