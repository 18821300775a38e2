/**
 * A listening collector: HTTP routes that append to the spool, and behind it, in the background, delivery to the stream
 * and the ledger to the lake.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import Fastify from 'fastify';
import pino from 'pino';
import type { DeliveryStream } from '../clients/deliveryStream';
import type { ObjectStore } from '../clients/objectStore';
import type { EventTimeRule } from '../domain/eventTime';
import { requestTimeoutMs } from '../domain/requestPatience';
import { type AdmissionOptions, admitOrigins, limitRate } from './admission';
import { Counters } from './counters';
import { startDelivery } from './delivery';
import type { FileSystem } from './fileSystem';
import { startHeartbeat } from './heartbeat';
import { startLedgerWriter } from './ledgerWriter';
import { createPacker, type PackerLimits } from './packer';
import { PassThrough } from './passThrough';
import { addCollectorRoutes } from './routes';
import { Spool } from './spool';

export interface CollectorOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly stream: DeliveryStream;
  /** Where the ledger is written. */
  readonly lake: Pick<ObjectStore, 'put'>;
  /** Names this process in its heartbeats, and its spool. */
  readonly collectorId: string;
  readonly spoolDir: string;
  readonly spoolMaxBytes: number;
  readonly lingerMs: number;
  readonly heartbeatSeconds: number;
  readonly ledgerSeconds: number;
  /** How long a stop waits for delivery; what is left stays on disk. */
  readonly drainSeconds: number;
  readonly eventTime: EventTimeRule;
  readonly admission: AdmissionOptions;
  /** Whose word about the client's address is taken: nobody's, everybody's, or that of these addresses and networks. */
  readonly trustProxy: boolean | string;
  readonly logLevel: string;
  /** Limits of the packer other than its defaults. */
  readonly limits?: PackerLimits;
  /** The disk; for tests. */
  readonly files?: FileSystem;
}

export interface Collector {
  readonly url: string;
  /** Stops accepting, answers the requests that wait for the disk, delivers for a while, and closes. */
  close(): Promise<void>;
}

const diskTroubleEveryMs = 10_000;
/** The last ledger of a stop; without it the next start makes good. */
const lastLedgerMs = 3_000;
/** What is encoded at once keeps the process from answering. */
const maxCallBytes = 256 * 1024;
const readBytes = 256 * 1024;
const maxReadPauseMs = 50;
const readAheadBytes = 8 * 1024 * 1024;

/** Throws when the address is taken, or the spool by another process. */
export async function startCollector(options: CollectorOptions): Promise<Collector> {
  const log = pino({ level: options.logLevel, base: { program: 'collector' } });
  const app = Fastify({
    // A line a request would hold the reader's address, and a logger a request costs more than reading its body.
    logger: false,
    requestTimeout: requestTimeoutMs,
    // The routes answer for themselves while it stops: 503 with Retry-After.
    return503OnClosing: false,
    trustProxy: options.trustProxy,
  });
  const counters = new Counters();
  const spool = await Spool.open({
    folder: options.spoolDir,
    collectorId: options.collectorId,
    maxBytes: options.spoolMaxBytes,
    ...(options.files === undefined ? {} : { files: options.files }),
    onTrouble: atMostEvery(diskTroubleEveryMs, (error: unknown) =>
      log.error({ err: error }, 'the disk of the spool fails; trying again'),
    ),
    onFlush: () => counters.add('spool_flushes_total'),
  });
  const passThrough = new PassThrough({
    stream: options.stream,
    counters,
    onBegin: (reason) =>
      log.warn({ reason }, 'the spool does not take clicks; they go to the delivery stream before they are answered'),
    onTrouble: (reason) =>
      log.error({ reason }, 'neither the spool nor the delivery stream takes clicks; they are refused'),
  });
  try {
    await admitOrigins(app, options.admission, counters);
    addCollectorRoutes(app, {
      spool,
      passThrough,
      counters,
      eventTime: options.eventTime,
      limitRate: limitRate(options.admission),
      onFailure: (error) => log.error({ err: error }, 'request failed'),
    });
    // Before the server closes its connections, so that requests which wait for the disk still get their answer.
    app.addHook('preClose', () => spool.endAppends());
    const url = await app.listen({ host: options.host, port: options.port });
    log.info(`listening at ${url}`);
    return { url, close: startBackground() };
  } catch (error) {
    await spool.close();
    throw error;
  }

  function startBackground(): () => Promise<void> {
    const packer = createPacker({
      maxCallBytes,
      ...options.limits,
      stream: options.stream,
      counters,
      lingerMs: options.lingerMs,
      onTrouble: (trouble) => log.warn(trouble, 'the delivery stream did not take all records; offering them again'),
    });
    const delivery = startDelivery({
      spool,
      packer,
      pieceBytes: readBytes,
      pauseMs: Math.min(maxReadPauseMs, options.lingerMs / 4),
      windowBytes: readAheadBytes,
      onTrouble: (error) => log.error({ err: error }, 'the spool cannot be read; trying again'),
    });
    const ledger = startLedgerWriter({
      spool,
      lake: options.lake,
      intervalSeconds: options.ledgerSeconds,
      onFailure: (error) => {
        counters.add('ledger_failures_total');
        log.warn({ err: error }, 'the ledger could not be written; trying again');
      },
    });
    const stopHeartbeat = startHeartbeat({
      packer,
      collectorId: options.collectorId,
      intervalSeconds: options.heartbeatSeconds,
    });
    async function stop(): Promise<void> {
      stopHeartbeat();
      await app.close();
      await delivery.drain(options.drainSeconds * 1000);
      await Promise.race([ledger.write(), sleep(lastLedgerMs, undefined, { ref: false })]);
      void ledger.stop();
      await spool.close();
    }
    let stopped: Promise<void> | undefined;
    return () => {
      stopped ??= stop();
      return stopped;
    };
  }
}

function atMostEvery<Told>(ms: number, tell: (told: Told) => void): (told: Told) => void {
  let quietUntilMs = 0;
  return (told) => {
    if (Date.now() < quietUntilMs) return;
    quietUntilMs = Date.now() + ms;
    tell(told);
  };
}
