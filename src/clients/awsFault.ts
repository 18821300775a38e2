/** Why AWS did not answer a question, sorted by what mends it. */
import { field } from '../domain/field';

export type AwsFaultKind =
  | 'refused'
  | 'missing'
  | 'no credentials'
  | 'bad credentials'
  | 'wrong clock'
  | 'another region'
  | 'unreachable'
  | 'other';

export class AwsFault extends Error {
  override readonly name = 'AwsFault';
  constructor(
    readonly kind: AwsFaultKind,
    /** The IAM action that was asked for. */
    readonly action: string,
    message: string,
    options: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws `AwsFault` for whatever the call throws. */
export async function asking<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new AwsFault(kindOf(error), action, message, { cause: error });
  }
}

const kinds: Readonly<Record<string, AwsFaultKind>> = {
  AccessDenied: 'refused',
  AccessDeniedException: 'refused',
  AuthorizationError: 'refused',
  AuthorizationErrorException: 'refused',
  NoSuchBucket: 'missing',
  NotFound: 'missing',
  ResourceNotFoundException: 'missing',
  CredentialsProviderError: 'no credentials',
  ExpiredToken: 'bad credentials',
  ExpiredTokenException: 'bad credentials',
  InvalidAccessKeyId: 'bad credentials',
  InvalidClientTokenId: 'bad credentials',
  SignatureDoesNotMatch: 'bad credentials',
  UnrecognizedClientException: 'bad credentials',
  InvalidSignatureException: 'bad credentials',
  RequestTimeTooSkewed: 'wrong clock',
  RequestExpired: 'wrong clock',
  PermanentRedirect: 'another region',
  AuthorizationHeaderMalformed: 'another region',
  TimeoutError: 'unreachable',
};

/** A refused HEAD has no body, and so no name: its status tells. */
const kindsOfStatus: Readonly<Record<number, AwsFaultKind>> = {
  301: 'another region',
  403: 'refused',
  404: 'missing',
};

function kindOf(error: unknown): AwsFaultKind {
  const named = error instanceof Error ? kinds[error.name] : undefined;
  if (named !== undefined) return named;
  const status = field(field(error, '$metadata'), 'httpStatusCode');
  if (typeof status === 'number') return kindsOfStatus[status] ?? 'other';
  // Without an answer there is no status.
  return field(error, 'code') === undefined && field(error, 'errno') === undefined ? 'other' : 'unreachable';
}
