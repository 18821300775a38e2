/** A serving process with the demo portal, before a recommendation table in memory and a catalogue of a few headlines. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogueFile } from '../../src/clients/catalogueFile';
import { type Serving, type ServingOptions, startServing } from '../../src/serving/startServing';
import { FakeReader, popularTable } from '../serving/fakeReader';

export const version = '2026-11-23.01';
export const sections = ['sport', 'world'];
const minuteMs = 60_000;

/** `p1` to `p40`, by turns of the two sections, the lower numbers the newer ones. */
export function headlines(nowMs = Date.now()): CatalogueFile {
  const articles = Array.from({ length: 40 }, (_, n): [string, CatalogueFile['articles'][string]] => [
    `p${n + 1}`,
    {
      title: `Headline number ${n + 1} of the day`,
      section: sections[n % 2] ?? '',
      publishedAt: new Date(nowMs - (n + 1) * minuteMs).toISOString(),
    },
  ]);
  return { schema: 1, site: 'Test News', readers: ['r1', 'r2'], articles: Object.fromEntries(articles) };
}

export interface StartedPortal {
  readonly serving: Serving;
  readonly reader: FakeReader;
  readonly catalogueFile: string;
  /** Follows no redirect. */
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Response>;
  readonly post: (path: string, form: Record<string, string>, headers?: Record<string, string>) => Promise<Response>;
  readonly close: () => Promise<void>;
}

export interface PortalFixtureOptions {
  readonly serving?: Partial<ServingOptions>;
  readonly catalogue?: CatalogueFile;
  readonly collectorUrl?: string;
  readonly withoutPortal?: true;
}

/** Every article of these numbers, or every second one. */
const range = (from: number, to: number, step = 1): string =>
  Array.from({ length: Math.ceil((to - from + 1) / step) }, (_, n) => `p${from + n * step}`).join(' ');

export async function startPortal(options: PortalFixtureOptions = {}): Promise<StartedPortal> {
  const { collectorUrl = 'https://clicks.example.org/v1/clicks' } = options;
  const folder = mkdtempSync(join(tmpdir(), 'frontpage-portal-'));
  const catalogueFile = join(folder, 'catalogue.json');
  writeFileSync(catalogueFile, JSON.stringify(options.catalogue ?? headlines()));
  const reader = new FakeReader();
  reader.version = version;
  reader.put('popular', version, range(21, 40));
  reader.put('r1', version, range(1, 20));
  for (const [at, section] of sections.entries()) reader.put(`section ${section}`, version, range(at + 1, 40, 2));
  const serving = await startServing({
    host: '127.0.0.1',
    port: 0,
    reader,
    pointerCacheSeconds: 0,
    budgetMs: 20_000,
    fresh: { cacheSeconds: 0, maxAgeSeconds: 900 },
    logLevel: 'silent',
    ...(options.withoutPortal ? {} : { portal: { catalogue: catalogueFile, collectorUrl } }),
    ...options.serving,
  });
  return {
    serving,
    reader,
    catalogueFile,
    get: (path, headers = {}) => fetch(serving.url + path, { headers, redirect: 'manual' }),
    post: (path, form, headers = {}) =>
      fetch(serving.url + path, { method: 'POST', body: new URLSearchParams(form), headers, redirect: 'manual' }),
    async close() {
      await serving.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Fresh lists of a minute ago, led by these articles. */
export function readNow(reader: FakeReader, articles: string): void {
  reader.popular = {
    list: popularTable(articles),
    beat: (reader.popular?.beat ?? 0) + 1,
    atMs: Date.now() - minuteMs,
    expiresAt: 4_000_000_000,
  };
}
