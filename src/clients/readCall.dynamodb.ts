/** Reads of DynamoDB by signed calls, tried again as the SDK would: what may be, and how often, is by its own rules. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { ConfiguredRetryStrategy, isServerError, isThrottlingError, isTransientError } from '@smithy/core/retry';
import { readAnswer } from './readAnswer.dynamodb';
import { SignedCalls } from './signedCall.dynamodb';

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

export function createReadCall({ config }: DynamoDBClient, tableName: string, patience: Patience): ReadCall {
  const retries = new ConfiguredRetryStrategy(patience.attempts, () => Math.random() * patience.maxPauseMs);
  const calls = new SignedCalls(config, {
    command: GetItemCommand,
    endpointInput: { TableName: tableName },
    connectMs,
    answerMs: patience.attemptMs,
  });
  const correctClock = (serverTimeMs: number | undefined): boolean => calls.correctClock(serverTimeMs);

  return async (operation, body) => {
    let token = await retries.acquireInitialRetryToken('');
    for (;;) {
      try {
        const answer = readAnswer(await calls.send(operation, body), correctClock);
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
