/** The catalogue that the demo portal reads: headlines of the articles that the day has brought so far. Format in docs/portal.md. */
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CatalogueFile } from '../src/clients/catalogueFile';

export const catalogueFileIn = (stateDir: string): string => join(stateDir, 'catalogue.json');

/** The portal starts before the first article is written. */
export function ensureCatalogue(stateDir: string): void {
  if (!existsSync(catalogueFileIn(stateDir))) writeCatalogue(stateDir, [], {});
}

/** Replaces the file as a whole, so that the portal never reads half of one. */
export function writeCatalogue(
  stateDir: string,
  readers: readonly string[],
  articles: Readonly<CatalogueFile['articles']>,
): void {
  const file: CatalogueFile = { schema: 1, site: 'Frontpage News', readers: [...readers], articles };
  const path = catalogueFileIn(stateDir);
  writeFileSync(`${path}.new`, JSON.stringify(file));
  renameSync(`${path}.new`, path);
}
