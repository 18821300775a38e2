/** A channel that brings alerts to people. */
import type { Notification } from '../domain/alerts';

export interface Notifier {
  /** What is kept of a sent alert says through which channels, so that one is not told again for the sake of another. */
  readonly channel: 'webhook' | 'sns' | 'log';
  /** Throws `NotifierRefused` or `NotifierUnavailable`. Neither says where the channel leads: that is a secret. */
  send(notification: Notification): Promise<void>;
}

/** The channel does not take this alert, and will not take it when it is tried again. */
export class NotifierRefused extends Error {
  override readonly name = 'NotifierRefused';
}

/** The channel did not answer, or is busy. */
export class NotifierUnavailable extends Error {
  override readonly name = 'NotifierUnavailable';
  constructor(
    message: string,
    /** When it said so itself. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}
