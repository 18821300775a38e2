/**
 * Decrypts payloads for who may read them in the Temporal UI and CLI, and encrypts what they send. Run with `npm run
 * codec-server` beside a reader who has the keys; it listens on loopback unless it is told otherwise. Bodies are never logged.
 */
import cors from '@fastify/cors';
import type { Payload } from '@temporalio/common';
import { JSONToPayload, payloadToJSON } from '@temporalio/common/lib/proto-utils';
import Fastify, { type FastifyError } from 'fastify';
import { z } from 'zod';
import { createPayloadCodec, PayloadUnreadable } from './clients/payloadCodec';
import { type CodecServerConfig, ConfigError, loadCodecServerConfig } from './config';
import { requestTimeoutMs } from './domain/requestPatience';
import { takeLocalNamesOnly } from './pages/localNames';
import { createApiKeyCheck } from './serving/apiKey';

export interface CodecServer {
  readonly url: string;
  close(): Promise<void>;
}

/** The UI sends the payloads of a page of history; Temporal takes 2 MB for one payload, and 4 MB for a call. */
const bodyLimitBytes = 8 * 1024 * 1024;
const bearer = 'Bearer ';

const bodySchema = z.object({
  payloads: z.array(
    z.object({
      metadata: z.record(z.string(), z.string()).nullable().exactOptional(),
      data: z.string().nullable().exactOptional(),
    }),
  ),
});

/** Throws when the address is taken. */
export async function startCodecServer(config: CodecServerConfig): Promise<CodecServer> {
  const codec = createPayloadCodec(config.payloadKeys);
  const app = Fastify({
    logger: { level: config.logLevel, base: { program: 'codec-server' } },
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestTimeoutMs,
  });
  if (config.apiKey === undefined) takeLocalNamesOnly(app);
  await app.register(cors, {
    origin: config.allowedOrigin ?? false,
    methods: ['POST'],
    allowedHeaders: ['content-type', 'x-namespace', 'authorization'],
    credentials: true,
  });
  const { apiKey } = config;
  if (apiKey !== undefined) {
    const isRight = createApiKeyCheck(`${bearer}${apiKey}`);
    app.addHook('onRequest', (request, reply, done) => {
      if (isRight(request.headers.authorization)) done();
      else
        void reply
          .code(401)
          .send({ error: 'the header authorization is missing or wrong: it needs Bearer and the key' });
    });
  }
  for (const direction of ['encode', 'decode'] as const) {
    app.post(`/${direction}`, async (request) => {
      const payloads = payloadsIn(request.body);
      return { payloads: (await codec[direction](payloads)).map((payload) => payloadToJSON(payload)) };
    });
  }
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof z.ZodError)
      return reply.code(400).send({ error: 'needs {"payloads": [{"metadata", "data"}]}' });
    if (error instanceof PayloadUnreadable) return reply.code(400).send({ error: error.message });
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return reply.code(error.statusCode).send({ error: error.message });
    }
    request.log.error({ err: error }, 'request failed');
    return reply.code(500).send({ error: 'internal error' });
  });
  const url = await app.listen({ host: config.host, port: config.port });
  return { url, close: () => app.close() };
}

function payloadsIn(body: unknown): Payload[] {
  const { payloads } = bodySchema.parse(body);
  try {
    return payloads.map((payload) => JSONToPayload(payload));
  } catch (error) {
    throw new PayloadUnreadable('a payload has a field that is not base64', { cause: error });
  }
}

async function main(): Promise<void> {
  const server = await startCodecServer(loadCodecServerConfig());
  const stop = (): void => void server.close();
  process.once('SIGTERM', stop).once('SIGINT', stop);
}

if (require.main === module) {
  main().catch((error: unknown) => {
    console.error(error instanceof ConfigError ? error.message : error);
    process.exitCode = 1;
  });
}
