/** The catalogue of an artefact: the articles that a list may hold. Format in docs/formats.md. */
import { field } from './field';

/** Article → when readers opened it first, as far as the trainer looked back. */
export type Catalogue = ReadonlyMap<string, number>;

export class InvalidCatalogueLine extends Error {
  override readonly name = 'InvalidCatalogueLine';
}

export function parseCatalogueLine(line: string): readonly [id: string, firstSeenMs: number] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new InvalidCatalogueLine(`not JSON: '${line.slice(0, 60)}'`);
  }
  const [id, firstSeenMs] = [field(value, 'id'), field(value, 'firstSeenMs')];
  if (typeof id !== 'string' || typeof firstSeenMs !== 'number') {
    throw new InvalidCatalogueLine(`id or firstSeenMs is missing: '${line.slice(0, 60)}'`);
  }
  return [id, firstSeenMs];
}
