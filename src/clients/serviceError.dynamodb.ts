/** An answer by which DynamoDB refuses a call, in the shape that the SDK's own classification of errors looks at. */
import { field } from '../domain/field';
import type { SignedAnswer } from './signedCall.dynamodb';
import { refusalIn, serverTimeOf } from './wholeAnswer.dynamodb';

/** No child of the SDK's exception, whose `instanceof` goes by the name. */
export class ServiceError extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number };
  readonly throttlingReasons: readonly string[];
  readonly serverTimeMs: number | undefined;

  constructor(answer: SignedAnswer) {
    const { statusCode, headers } = answer;
    const content = refusalIn(answer);
    const requestId = text(headers['x-amzn-requestid']) ?? 'none';
    const message = text(field(content, 'message')) ?? text(field(content, 'Message')) ?? `status ${statusCode}`;
    super(`${message} [request=${requestId}]`);
    this.name = nameIn(headers['x-amzn-errortype'] ?? field(content, '__type'));
    this.$metadata = { httpStatusCode: statusCode };
    this.throttlingReasons = reasonsIn(content);
    this.serverTimeMs = serverTimeOf(answer);
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException:http://…` → `ThrottlingException`. */
function nameIn(type: unknown): string {
  return typeof type === 'string' ? type.replace(/^.*#/, '').replace(/:.*$/, '') : 'UnknownError';
}

/** The exceptions that carry reasons spell their field in two ways. */
function reasonsIn(content: unknown): string[] {
  const reasons = field(content, 'ThrottlingReasons') ?? field(content, 'throttlingReasons');
  return Array.isArray(reasons) ? reasons.flatMap((one: unknown) => text(field(one, 'reason')) ?? []) : [];
}
