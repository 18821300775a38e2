/**
 * Calls of DynamoDB without the SDK's serialisation and its chain of middleware, which cost several times what a read does. What is
 * hard to get right stays the SDK's own: credentials and their refresh, endpoints, what may be tried again and how often.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { ConfiguredRetryStrategy, isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { type Dispatcher, Pool } from 'undici';
import { type HttpAnswer, readAnswer } from './readAnswer.dynamodb';
import { CallSigner } from './signature.dynamodb';

export type ReadOperation = 'GetItem' | 'BatchGetItem';

/** `body` is the operation's JSON. The answer is parsed, and nothing else is known of it. Throws as the SDK does, by name. */
export type ReadCall = (operation: ReadOperation, body: string) => Promise<unknown>;

export interface Patience {
  readonly attempts: number;
  /** For one attempt. */
  readonly attemptMs: number;
  /** Before another attempt there is a random pause of at most this. */
  readonly maxPauseMs: number;
}

/** A new connection may take longer than an attempt: it serves those that come after. */
const connectMs = 1000;
const connections = 128;
/** Between two requests of a quiet hour. A connection that the service has closed meanwhile costs one more attempt. */
const keepAliveMs = 30_000;
/** A clock that is further off than this gets its signatures refused. */
const toleratedSkewMs = 240_000;

export function createReadCall({ config }: DynamoDBClient, tableName: string, patience: Patience): ReadCall {
  const retries = new ConfiguredRetryStrategy(patience.attempts, () => Math.random() * patience.maxPauseMs);
  let target: Target | undefined;
  let clockOffsetMs = 0;

  /** Accounts have endpoints of their own, so new credentials may mean another one. */
  async function currentTarget(): Promise<Target> {
    const credentials = await config.credentials();
    if (target?.credentials === credentials) return target;
    const [{ url }, region] = await Promise.all([
      getEndpointFromInstructions({ TableName: tableName }, GetItemCommand, config),
      config.region(),
    ]);
    const pool = target?.url.origin === url.origin ? target.pool : createPool(url.origin, patience.attemptMs);
    target = { credentials, url, pool, signer: new CallSigner(region) };
    return target;
  }

  async function attempt(operation: ReadOperation, body: string): Promise<unknown> {
    const { pool, url, signer, credentials } = await currentTarget();
    const { host, pathname: path } = url;
    const bytes = Buffer.from(body);
    const call = { host, path, target: `DynamoDB_20120810.${operation}`, body: bytes };
    const headers = signer.headers(call, credentials, Date.now() + clockOffsetMs);
    const answer = await exchange(pool, { method: 'POST', path, headers, body: bytes });
    return readAnswer(answer, (serverTimeMs) => {
      const offsetMs = serverTimeMs - Date.now();
      if (Math.abs(offsetMs - clockOffsetMs) < toleratedSkewMs) return false;
      clockOffsetMs = offsetMs;
      return true;
    });
  }

  return async (operation, body) => {
    let token = await retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        const answer = await attempt(operation, body);
        retries.recordSuccess(token);
        return answer;
      } catch (error) {
        if (!isSdkError(error)) throw error;
        const refused = await retries.refreshRetryTokenForRetry(token, { error, errorType: kindOf(error) }).then(
          (next) => {
            token = next;
            return false;
          },
          () => true,
        );
        if (refused) throw error;
        await sleep(token.getRetryDelay());
      }
    }
  };
}

type SdkError = Parameters<typeof isTransientError>[0];

/** The SDK's rules look at members that an error has or lacks; only a cause that is no error could mislead them. */
function isSdkError(error: unknown): error is SdkError {
  return error instanceof Error && (error.cause === undefined || error.cause instanceof Error);
}

function kindOf(error: SdkError): 'THROTTLING' | 'TRANSIENT' | 'SERVER_ERROR' | 'CLIENT_ERROR' {
  if (isThrottlingError(error)) return 'THROTTLING';
  if (isTransientError(error)) return 'TRANSIENT';
  return isServerError(error) ? 'SERVER_ERROR' : 'CLIENT_ERROR';
}

interface Target {
  readonly credentials: Awaited<ReturnType<DynamoDBClient['config']['credentials']>>;
  readonly url: URL;
  readonly pool: Pool;
  readonly signer: CallSigner;
}

function createPool(origin: string, attemptMs: number): Pool {
  return new Pool(origin, {
    connections,
    connectTimeout: connectMs,
    keepAliveTimeout: keepAliveMs,
    headersTimeout: attemptMs,
    bodyTimeout: attemptMs,
  });
}

/** By undici's lowest interface: answers are small and read whole, so nothing is gained by a stream. */
function exchange(pool: Pool, request: Dispatcher.DispatchOptions): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let head: Omit<HttpAnswer, 'body'> = { status: 0, headers: {} };
    pool.dispatch(request, {
      onRequestStart: () => undefined,
      onResponseStart: (_controller, status, headers) => {
        head = { status, headers };
      },
      onResponseData: (_controller, chunk) => {
        chunks.push(chunk);
      },
      onResponseEnd: () => resolve({ ...head, body: Buffer.concat(chunks) }),
      onResponseError: (_controller, error) => reject(new NoAnswer(error)),
    });
  });
}

/** The connection failed, or nothing came in time. Named as the SDK names it, so that it counts as transient. */
class NoAnswer extends Error {
  override readonly name = 'TimeoutError';
  constructor(cause: Error) {
    super(`DynamoDB did not answer: ${cause.message}`, { cause });
  }
}
