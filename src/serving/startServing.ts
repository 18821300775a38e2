/** A listening serving API: HTTP routes over front pages over the recommendation table. */
import Fastify, { LogController } from 'fastify';
import { type RecommendationReader, UnreadableItem } from '../clients/recommendationReader';
import type { CircuitRule } from '../domain/circuit';
import { requestTimeoutMs } from '../domain/requestPatience';
import { Counters } from './counters';
import type { FreshRule } from './freshPopular';
import { createFrontPages } from './frontPages';
import { addPortal } from './portal';
import { openCatalogue } from './portalCatalogue';
import { addServingRoutes } from './routes';

export interface ServingOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly reader: RecommendationReader;
  readonly pointerCacheSeconds: number;
  /** How long an answer may wait for the table. */
  readonly budgetMs: number;
  /** Without, no fresh list is looked at. */
  readonly fresh?: FreshRule;
  /** Served when nothing else is known. */
  readonly staticArticles?: readonly string[];
  readonly circuitRule?: CircuitRule;
  /** Required in `x-api-key` when given. */
  readonly apiKey?: string;
  /** The demo news site; absent: there is none. */
  readonly portal?: PortalPlace;
  readonly logLevel: string;
}

export interface PortalPlace {
  /** Path of the catalogue of headlines. */
  readonly catalogue: string;
  /** Where browsers send clicks to, whole. */
  readonly collectorUrl: string;
}

export interface Serving {
  readonly url: string;
  /** Stops accepting, answers what came in, and closes. */
  close(): Promise<void>;
}

/** Ids have 64 characters at most, up to three times as many when percent-encoded; longer ones still get their 400. */
const maxParamLength = 512;
/** The first connection to the table takes longer than an answer may, so it is made before the first request. */
const maxWarmUpMs = 3000;

/** Opens when more than half of at least 20 reads of a second failed; a second later one read at a time tries the table. */
const defaultCircuitRule: CircuitRule = {
  windowMs: 1000,
  minCalls: 20,
  maxFailureShare: 0.5,
  pauseMs: 1000,
  maxPauseMs: 15_000,
  probes: 3,
  probeMs: 1000,
};

/** Throws when the address is taken, and `InvalidCatalogue`. */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const app = Fastify({
    logger: { level: options.logLevel, base: { program: 'serving' } },
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength },
  });
  const counters = new Counters();
  const frontPages = createFrontPages({
    reader: options.reader,
    pointerCacheSeconds: options.pointerCacheSeconds,
    budgetMs: options.budgetMs,
    circuitRule: options.circuitRule ?? defaultCircuitRule,
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    staticArticles: options.staticArticles ?? [],
    onFailure: (error) => {
      if (error instanceof UnreadableItem) counters.unreadable();
      app.log.warn({ err: error }, 'a read of the recommendation table failed; serving without it');
    },
    onNextList: (lookUp) => counters.nextList(lookUp),
    onCircuitChange: (state) => app.log.warn({ state }, 'the circuit to the recommendation table changed'),
  });
  addServingRoutes(app, { frontPages, counters, apiKey: options.apiKey });
  if (options.portal !== undefined) {
    const catalogue = await openCatalogue(options.portal.catalogue, (error) =>
      app.log.warn({ err: error }, 'the catalogue of the portal cannot be read; the last good one stays'),
    );
    const { collectorUrl } = options.portal;
    addPortal(app, { frontPages, counters, catalogue, collectorUrl, apiKey: options.apiKey });
  }
  await frontPages.warmUp(maxWarmUpMs);
  const url = await app.listen({ host: options.host, port: options.port });
  return { url, close: () => app.close() };
}
