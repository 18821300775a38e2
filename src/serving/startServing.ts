/** A listening serving API: HTTP routes over front pages over the recommendation table. */
import Fastify from 'fastify';
import type { RecommendationReader } from '../clients/recommendationReader';
import { createFrontPages } from './frontPages';
import { addServingRoutes } from './routes';

export interface ServingOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly reader: RecommendationReader;
  readonly pointerCacheSeconds: number;
  /** Required in `x-api-key` when given. */
  readonly apiKey?: string;
  readonly logLevel: string;
}

export interface Serving {
  readonly url: string;
  /** Stops accepting, answers what came in, and closes. */
  close(): Promise<void>;
}

/** Ids have 64 characters at most, up to three times as many when percent-encoded; longer ones still get their 400. */
const maxParamLength = 512;

/** Throws when the address is taken. */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const app = Fastify({
    logger: { level: options.logLevel, base: { program: 'serving' } },
    disableRequestLogging: true,
    routerOptions: { maxParamLength },
  });
  const frontPages = createFrontPages({
    reader: options.reader,
    pointerCacheSeconds: options.pointerCacheSeconds,
    onFailure: (error) => app.log.warn({ err: error }, 'a read of the recommendation table failed; serving without it'),
  });
  addServingRoutes(app, frontPages, options.apiKey);
  const url = await app.listen({ host: options.host, port: options.port });
  return { url, close: () => app.close() };
}
