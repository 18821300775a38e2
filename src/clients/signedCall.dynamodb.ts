/**
 * Calls of DynamoDB with bodies that are JSON already. Endpoint, credentials and clock are those of the SDK's client. Its
 * serialisation, the middleware around it and its HTTP handler, which together cost ten times the CPU of what is left, are
 * not used.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type EndpointParameterInstructionsSupplier, getEndpointFromInstructions } from '@smithy/core/endpoints';
import { type Dispatcher, Pool } from 'undici';
import { CallSigner } from './signature.dynamodb';

export interface SignedAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

export interface SignedCallsOptions {
  /** A command of the SDK that says what the endpoint of these calls depends on, and its input. */
  readonly command: EndpointParameterInstructionsSupplier;
  readonly endpointInput: object;
  /** To connect, and to answer. Without a limit, a connection that died unnoticed would be waited for for ever. */
  readonly connectMs: number;
  readonly answerMs: number;
}

const connections = 128;
/** Between two requests of a quiet hour. A connection that the service has closed meanwhile costs one more try. */
const keepAliveMs = 30_000;
/** As the SDK corrects it: a clock that is off by less is not what the service objects to. */
const skewThatMattersMs = 4 * 60_000;
/** How long credentials and endpoint are used without asking the SDK for them, which knows when they change. */
const knownForMs = 1000;

/** The service did not answer, or not to the end. Named as the SDK names it, so that it counts as transient. */
export class NoAnswer extends Error {
  override readonly name = 'TimeoutError';
  constructor(cause: Error) {
    super(`DynamoDB did not answer: ${cause.message}`, { cause });
  }
}

type Credentials = Awaited<ReturnType<DynamoDBClient['config']['credentials']>>;

interface Place {
  readonly url: URL;
  readonly pool: Pool;
  readonly signer: CallSigner;
  readonly credentials: Credentials;
  readonly untilMs: number;
}

export class SignedCalls {
  private place: Place | undefined;
  private finding: Promise<Place> | undefined;

  constructor(
    private readonly config: DynamoDBClient['config'],
    private readonly options: SignedCallsOptions,
  ) {}

  /** Rejects with `NoAnswer`; an answer of any status is an answer. */
  send(operation: string, text: string): Promise<SignedAnswer> {
    const { place } = this;
    if (place !== undefined && Date.now() < place.untilMs) return this.sendTo(place, operation, text);
    this.finding ??= this.find().finally(() => {
      this.finding = undefined;
    });
    return this.finding.then((found) => this.sendTo(found, operation, text));
  }

  /** Credentials may end before they said they would. */
  async renewCredentials(): Promise<void> {
    await this.config.credentials({ forceRefresh: true });
    if (this.place !== undefined) this.place = { ...this.place, untilMs: 0 };
  }

  /** Takes over the time of the service, and says whether that explains why it did not accept a signature. */
  correctClock(serverTimeMs: number | undefined): boolean {
    if (serverTimeMs === undefined) return false;
    const offset = serverTimeMs - Date.now();
    if (Math.abs(offset - this.config.systemClockOffset) < skewThatMattersMs) return false;
    this.config.systemClockOffset = offset;
    return true;
  }

  private async find(): Promise<Place> {
    const { command, endpointInput, connectMs, answerMs } = this.options;
    const [{ url }, credentials, region] = await Promise.all([
      getEndpointFromInstructions(endpointInput, command, this.config),
      this.config.credentials(),
      this.config.region(),
    ]);
    const same = this.place?.url.origin === url.origin ? this.place : undefined;
    // An account may have an endpoint of its own, so new credentials may mean another one.
    if (same === undefined) void this.place?.pool.close();
    this.place = {
      url,
      pool:
        same?.pool ??
        new Pool(url.origin, {
          connections,
          connectTimeout: connectMs,
          keepAliveTimeout: keepAliveMs,
          headersTimeout: answerMs,
          bodyTimeout: answerMs,
        }),
      signer: same?.signer ?? new CallSigner(region),
      credentials,
      untilMs: Date.now() + knownForMs,
    };
    return this.place;
  }

  private sendTo({ url, pool, signer, credentials }: Place, operation: string, text: string): Promise<SignedAnswer> {
    const body = Buffer.from(text);
    const path = url.pathname;
    const call = { host: url.host, path, target: `DynamoDB_20120810.${operation}`, body };
    const headers = signer.headers(call, credentials, Date.now() + this.config.systemClockOffset);
    return new Promise((resolve, reject) => {
      pool.dispatch({ method: 'POST', path, headers, body }, new Exchange(resolve, reject));
    });
  }
}

/** Collects one answer. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly chunks: Buffer[] = [];
  private statusCode = 0;
  private headers: SignedAnswer['headers'] = {};

  constructor(
    private readonly resolve: (answer: SignedAnswer) => void,
    private readonly reject: (error: NoAnswer) => void,
  ) {}

  /** Its presence says which of undici's two sets of callbacks this is. */
  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: SignedAnswer['headers'],
  ): void {
    this.statusCode = statusCode;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.resolve({ statusCode: this.statusCode, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(new NoAnswer(error));
  }
}
