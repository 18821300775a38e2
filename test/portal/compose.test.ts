/** The portal and the operator's page as docker-compose.yml switches them on: read from the file, no engine is asked. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensurePortalArticles } from '../../local/demo/portalArticles';
import { catalogueFileIn } from '../../local/portalCatalogue';
import { repositoryRoot } from '../../local/prepare';
import { loadCollectorConfig, loadOperatorConfig, loadServingConfig } from '../../src/config';
import { parseRunDate } from '../../src/domain/runDate';
import { openCatalogue } from '../../src/serving/portalCatalogue';

const compose = readFileSync(join(repositoryRoot, 'docker-compose.yml'), 'utf8');
const key = '0123456789abcdef';

/** The part of the file that begins with this line, up to the next empty one. */
function part(firstLine: string): string {
  return compose.slice(compose.indexOf(`\n${firstLine}\n`) + 1).split('\n\n', 1)[0] ?? '';
}

/** The variables of a service, with those of all. */
function environmentOf(service: string): Record<string, string> {
  const lines = [...`${part('x-app: &app')}\n${part(`  ${service}:`)}`.matchAll(/^ +([A-Z][A-Z_]+): (.+)$/gm)];
  return Object.fromEntries(
    lines.map(([, name = '', value = '']) => [name, value.startsWith('${') ? key : value.replaceAll("'", '')]),
  );
}

describe('the portal and the page of docker-compose.yml', () => {
  it('are switched on: the portal sends its clicks to a collector that takes them from its pages', () => {
    const serving = environmentOf('serving');
    expect(loadServingConfig(serving).portal).toEqual({
      catalogue: '/data/catalogue.json',
      collectorUrl: 'http://127.0.0.1:8081/v1/clicks',
    });
    const { port, admission } = loadCollectorConfig(environmentOf('collector'));
    expect(port).toBe(8081);
    const { port: portalPort } = loadServingConfig(serving);
    expect(admission.allowedOrigins).toEqual([`http://127.0.0.1:${portalPort}`, `http://localhost:${portalPort}`]);
    for (const published of [port, portalPort]) expect(compose).toContain(`'127.0.0.1:${published}:${published}'`);
  });

  it('ask for a key, and show collector, serving and Temporal where they are', () => {
    expect(loadOperatorConfig(environmentOf('operator'))).toMatchObject({
      guardPages: true,
      key,
      collectorUrl: 'http://127.0.0.1:8081',
      servingUrl: 'http://127.0.0.1:8082',
      temporalUrl: 'http://127.0.0.1:8233/namespaces/default',
    });
    expect(loadServingConfig(environmentOf('serving')).apiKey).toBe(key);
  });

  it('read the headlines that the setup has written before they start', () => {
    expect(part('  setup:')).toMatch(/local\/demo\/portalArticles\.ts \/data .*\n[^]*volumes: \[portal:\/data\]/);
    for (const service of ['serving', 'operator']) {
      expect(environmentOf(service)['SERVING_PORTAL_CATALOGUE']).toBe(catalogueFileIn('/data'));
      expect(part(`  ${service}:`)).toContain('volumes: [portal:/data:ro]');
    }
    expect(part('x-app: &app')).toContain('setup: { condition: service_completed_successfully }');
  });
});

it('the headlines of the setup are a catalogue of the portal, and stay what they are', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-headlines-'));
  const day = parseRunDate('2026-11-23');
  await ensurePortalArticles(dir, day);
  const fail = (error: unknown): never => {
    throw error;
  };
  const catalogue = await (await openCatalogue(catalogueFileIn(dir), fail)).current();
  expect(catalogue.newest(100)).toHaveLength(100);
  expect(catalogue.sections.length).toBeGreaterThan(5);
  expect(catalogue.readers).toHaveLength(3);
  writeFileSync(catalogueFileIn(dir), 'of an earlier start');
  await ensurePortalArticles(dir, day);
  expect(readFileSync(catalogueFileIn(dir), 'utf8')).toBe('of an earlier start');
  rmSync(dir, { recursive: true });
});
