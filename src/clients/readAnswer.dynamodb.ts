/** What an HTTP answer of DynamoDB says: the parsed JSON of a success, or an error as the SDK would throw it. */
import { field } from '../domain/field';
import type { SignedAnswer } from './signedCall.dynamodb';
import { checkChecksum, jsonOf, refusalIn, serverTimeOf } from './wholeAnswer.dynamodb';

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

/** `correctClock` is told the server's time when a call was refused, and says whether our clock was the reason. */
export function readAnswer(answer: SignedAnswer, correctClock: (serverTimeMs: number | undefined) => boolean): unknown {
  checkChecksum(answer);
  const { statusCode } = answer;
  if (statusCode === 200) return jsonOf(answer);
  const said = refusalIn(answer);
  const type = text(field(said, '__type')) ?? `HTTP ${statusCode}`;
  const message = text(field(said, 'message')) ?? text(field(said, 'Message')) ?? `DynamoDB answered ${statusCode}`;
  throw new DynamoDbError(
    type.slice(type.lastIndexOf('#') + 1),
    message,
    statusCode,
    correctClock(serverTimeOf(answer)),
  );
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
