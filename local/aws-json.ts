/**
 * The server side of the AWS JSON 1.1 protocol, as spoken by the local Firehose and SageMaker:
 * `POST /`, operation in `X-Amz-Target`, errors as HTTP 400 with `{"__type": name, "message": text}`.
 * Signatures are accepted unread: these servers bind to loopback and hold no secret. Since they start programs and write files,
 * no page of a browser may order anything here, under whatever name it came.
 */
import { randomUUID } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { isFromAnotherSite } from '../src/pages/forms';
import { takeLocalNamesOnly } from '../src/pages/localNames';

/** An error of the service's own catalogue; `name` is what an AWS SDK client sees as `error.name`. */
export class AwsError extends Error {
  constructor(
    override readonly name: string,
    message: string,
    readonly httpStatus: number = 400,
  ) {
    super(message);
  }
}

/** Thrown by an operation to drop the connection without an answer, after its effect has happened. */
export class ConnectionDropped extends Error {}

export type AwsOperation = (input: Record<string, unknown>) => Promise<object> | object;

export interface AwsJsonServerOptions {
  /** The part of `X-Amz-Target` before the dot, e.g. `Firehose_20150804`. */
  readonly targetPrefix: string;
  readonly operations: Readonly<Record<string, AwsOperation>>;
  readonly bodyLimitBytes: number;
}

/** A Fastify instance that answers the given operations; the caller adds its control routes and listens. */
export function createAwsJsonServer(options: AwsJsonServerOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: options.bodyLimitBytes, forceCloseConnections: true });
  takeLocalNamesOnly(app);
  app.addHook('onRequest', (request, reply, done) => {
    if (isFromAnotherSite(request)) void reply.code(403).send({ error: 'pages of other sites may order nothing here' });
    else done();
  });
  app.addContentTypeParser('application/x-amz-json-1.1', { parseAs: 'string' }, (_request, body, done) => {
    done(null, body);
  });

  app.post('/', async (request, reply) => {
    void reply.header('x-amzn-RequestId', randomUUID()).type('application/x-amz-json-1.1');
    try {
      const target = String(request.headers['x-amz-target'] ?? '');
      const [prefix, operationName = ''] = target.split('.');
      // A name like `constructor` is that of no operation, though every object has it.
      const isKnown = prefix === options.targetPrefix && Object.hasOwn(options.operations, operationName);
      const operation = isKnown ? options.operations[operationName] : undefined;
      if (!operation) throw new AwsError('UnknownOperationException', `unknown operation '${target}'`);
      return JSON.stringify(await operation(parseInput(request.body)));
    } catch (error) {
      if (error instanceof ConnectionDropped) {
        request.raw.socket.destroy();
        return reply.hijack();
      }
      const known =
        error instanceof AwsError ? error : new AwsError('InternalFailure', `internal error: ${String(error)}`, 500);
      return reply.code(known.httpStatus).send(JSON.stringify({ __type: known.name, message: known.message }));
    }
  });
  return app;
}

function parseInput(body: unknown): Record<string, unknown> {
  let value: unknown;
  try {
    value = typeof body === 'string' && body !== '' ? JSON.parse(body) : {};
  } catch {
    throw new AwsError('SerializationException', 'the request body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AwsError('SerializationException', 'the request body is not a JSON object');
  }
  return { ...value };
}
