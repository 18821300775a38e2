/** What an error of a request means to its sender, and to the counters. */
import type { FastifyError } from 'fastify';
import { RateExceeded } from './admission';
import { contentTypes } from './clickBody';
import type { Refusal } from './counters';
import { systemCode } from './fileSystem';
import { BodyTooLarge } from './requestBody';
import { SpoolUnavailable } from './spoolUnavailable';

export interface ErrorAnswer {
  readonly statusCode: number;
  readonly reason: Refusal;
  readonly message: string;
}

/** A status of 500 is a mistake of the collector's; everything else is the sender's or the machine's. */
export function answerTo(error: FastifyError, contentType = 'none'): ErrorAnswer {
  const { message } = error;
  if (error instanceof SpoolUnavailable) return { statusCode: 503, reason: error.reason, message };
  if (error instanceof RateExceeded) return { statusCode: 429, reason: 'rate', message };
  if (error instanceof BodyTooLarge) return { statusCode: 413, reason: 'body', message };
  // Nobody reads this answer: the sender has gone.
  if (systemCode(error) === 'ECONNRESET') return { statusCode: 400, reason: 'body', message };
  const statusCode = error.statusCode ?? 500;
  if (statusCode >= 500) return { statusCode: 500, reason: 'other', message: 'internal error' };
  if (statusCode !== 415) return { statusCode, reason: 'other', message };
  return {
    statusCode,
    reason: 'body',
    message: `content type ${contentType} is not one of ${contentTypes.join(', ')}`,
  };
}
