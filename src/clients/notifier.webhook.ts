/**
 * Alerts by an incoming webhook, as Slack, Mattermost and others take them: one POST of a text in Slack's own markup. The
 * address is the password, so no error carries it, nor an error of undici's that might.
 */
import { request } from 'undici';
import type { Notification } from '../domain/alerts';
import { field } from '../domain/field';
import { type Notifier, NotifierRefused, NotifierUnavailable } from './notifier';

export interface WebhookOptions {
  readonly url: string;
  /** To connect, and to answer. */
  readonly timeoutMs?: number;
}

export function createWebhookNotifier({ url, timeoutMs = 5000 }: WebhookOptions): Notifier {
  return {
    channel: 'webhook',
    async send(notification) {
      const { statusCode, retryAfter, said } = await post(url, JSON.stringify(bodyOf(notification)), timeoutMs);
      if (statusCode >= 200 && statusCode < 300) return;
      const message = `the webhook answered ${statusCode}${said}`;
      if (statusCode === 408 || statusCode === 429 || statusCode >= 500) {
        throw new NotifierUnavailable(message, secondsOf(retryAfter));
      }
      // A redirect too: it could lead to anybody, and the address is a secret.
      throw new NotifierRefused(message);
    },
  };
}

interface Answer {
  readonly statusCode: number;
  readonly retryAfter: string | undefined;
  readonly said: string;
}

async function post(url: string, body: string, timeoutMs: number): Promise<Answer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await request(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
    });
    const retryAfter = answer.headers['retry-after'];
    return {
      statusCode: answer.statusCode,
      retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
      said: wordIn(await answer.body.text()),
    };
  } catch (error) {
    const reason = signal.aborted ? `within ${timeoutMs} ms` : `(${String(field(error, 'code'))})`;
    throw new NotifierUnavailable(`the webhook did not answer ${reason}`);
  }
}

/** Slack says in a word what it objects to: `invalid_payload`, `channel_is_archived`. Whatever is longer is not kept. */
function wordIn(body: string): string {
  const word = /^[a-z_]{1,40}$/.exec(body.trim())?.[0];
  return word === undefined ? '' : `: ${word}`;
}

/** The other form of the header, a date, nobody sends with 429. */
function secondsOf(retryAfter: string | undefined): number | undefined {
  return retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
}

function bodyOf({ title, text, link }: Notification): { readonly text: string } {
  return { text: `*${escaped(title)}*\n${escaped(text)}\n<${escaped(link)}|What to do>` };
}

/** Slack's three; without them a text could call everybody (`<!channel>`) or dress up a link. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
