/** A listening collector: HTTP routes over a packer over a delivery stream. */
import Fastify from 'fastify';
import type { DeliveryStream } from '../clients/deliveryStream';
import { Counters } from './counters';
import { startHeartbeat } from './heartbeat';
import { createPacker, type PackerLimits } from './packer';
import { addCollectorRoutes } from './routes';

export interface CollectorOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly stream: DeliveryStream;
  /** Names this process in its heartbeats. */
  readonly collectorId: string;
  readonly lingerMs: number;
  readonly heartbeatSeconds: number;
  readonly logLevel: string;
  /** Limits of the packer other than its defaults. */
  readonly limits?: PackerLimits;
}

export interface Collector {
  readonly url: string;
  /** Stops accepting, delivers what is pending, answers the requests that wait for it, and closes. */
  close(): Promise<void>;
}

/** For receiving one whole request. */
const requestTimeoutMs = 30_000;

/** Throws when the address is taken. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  // One line a request would cost more than the request and hold the reader's address.
  const app = Fastify({
    logger: { level: options.logLevel, base: { program: 'collector' } },
    disableRequestLogging: true,
    // The collector is public: a sender that dawdles would hold a connection and memory for as long as it likes.
    requestTimeout: requestTimeoutMs,
  });
  const counters = new Counters();
  const packer = createPacker({
    ...options.limits,
    stream: options.stream,
    counters,
    lingerMs: options.lingerMs,
    onTrouble: (trouble) => app.log.warn(trouble, 'the delivery stream did not take all records; offering them again'),
  });
  addCollectorRoutes(app, packer, counters);
  // Before the server closes its connections, so that waiting requests still get their answer.
  app.addHook('preClose', () => packer.drain());
  const url = await app.listen({ host: options.host, port: options.port });
  const stopHeartbeat = startHeartbeat({
    packer,
    collectorId: options.collectorId,
    intervalSeconds: options.heartbeatSeconds,
    onFailure: (error) => app.log.warn({ err: error }, 'heartbeat not delivered'),
  });
  return {
    url,
    async close() {
      stopHeartbeat();
      await app.close();
    },
  };
}
