/** Whether an answer of DynamoDB arrived whole, and what it says: the SDK takes a damaged one for a syntax error and gives up. */
import { crc32 } from 'node:zlib';
import type { SignedAnswer } from './signedCall.dynamodb';

/** Not what the service sent, or no answer to what was asked. `$retryable` as the SDK marks what may be asked for again. */
export class CorruptAnswer extends Error {
  override readonly name = 'CorruptAnswer';
  readonly $retryable = {};
}

/** Throws `CorruptAnswer` when the body does not have the checksum that the answer names. */
export function checkChecksum({ statusCode, headers, body }: SignedAnswer): void {
  const named = headers['x-amz-crc32'];
  if (named === undefined || Number(named) === crc32(body)) return;
  throw new CorruptAnswer(`an answer does not have the CRC-32 ${String(named)} that it names [status=${statusCode}]`);
}

/** The JSON of an answer. Throws `CorruptAnswer` when it is none. */
export function jsonOf({ statusCode, body }: SignedAnswer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw new CorruptAnswer(`an answer is no JSON [status=${statusCode}]`, { cause: error });
  }
}

/** The JSON of a refusal; `undefined` when it is none, as a proxy's page: then the status alone says what it is. */
export function refusalIn(answer: SignedAnswer): unknown {
  try {
    return jsonOf(answer);
  } catch {
    return undefined;
  }
}

/** By the service's own clock, epoch milliseconds. */
export function serverTimeOf({ headers }: SignedAnswer): number | undefined {
  const serverTimeMs = Date.parse(String(headers['date']));
  return Number.isNaN(serverTimeMs) ? undefined : serverTimeMs;
}
