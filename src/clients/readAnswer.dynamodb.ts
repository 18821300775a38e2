/** What an HTTP answer of DynamoDB says: the parsed JSON of a success, or an error as the SDK would throw it. */
import type { IncomingHttpHeaders } from 'node:http';
import { crc32 } from 'node:zlib';
import { field } from '../domain/field';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** `name` and `$metadata` are what the SDK's own rules of retrying look at. */
export class DynamoDbError extends Error {
  readonly $metadata: { readonly httpStatusCode: number; readonly clockSkewCorrected: boolean };
  constructor(
    override readonly name: string,
    message: string,
    httpStatusCode: number,
    clockSkewCorrected = false,
  ) {
    super(message);
    this.$metadata = { httpStatusCode, clockSkewCorrected };
  }
}

/** A success that did not arrive whole; the SDK takes it for a syntax error and gives up. */
export class CorruptAnswer extends Error {
  override readonly name = 'CorruptAnswer';
  readonly $retryable = {};
}

/** `correctClock` is told the server's time when a call was refused, and says whether our clock was the reason. */
export function readAnswer(answer: HttpAnswer, correctClock: (serverTimeMs: number) => boolean): unknown {
  const checksum = answer.headers['x-amz-crc32'];
  if (checksum !== undefined && Number(checksum) !== crc32(answer.body)) {
    throw new CorruptAnswer(`DynamoDB's answer does not have the checksum that it names [status=${answer.status}]`);
  }
  if (answer.status === 200) return parse(answer);
  const said = answer.body.length === 0 ? {} : parse(answer);
  const type = text(field(said, '__type')) ?? `HTTP ${answer.status}`;
  const message = text(field(said, 'message')) ?? text(field(said, 'Message')) ?? `DynamoDB answered ${answer.status}`;
  const serverTimeMs = Date.parse(answer.headers.date ?? '');
  throw new DynamoDbError(
    type.slice(type.lastIndexOf('#') + 1),
    message,
    answer.status,
    !Number.isNaN(serverTimeMs) && correctClock(serverTimeMs),
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function parse({ status, body }: HttpAnswer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    if (status === 200) throw new CorruptAnswer('DynamoDB answered 200 with a body that is not JSON');
    return {};
  }
}
