import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSettings } from '../../src/config';

const text = readFileSync(join(__dirname, '../../docs/settings.md'), 'utf8');
const documented = new Map(
  [...text.matchAll(/^\| `([^`]+)` \| ([^|]+) \|/gm)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll('`', ''),
  ]),
);

/** Settings that have a default, by their path. */
function leaves(value: unknown, path: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[path, String(value)]];
  if (Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`));
}

describe('docs/settings.md', () => {
  it('has each setting with its default', () => {
    const expected = Object.fromEntries(leaves(loadSettings({}), ''));
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, documented.get(name)]))).toEqual(expected);
  });

  it('names nothing that is no setting', () => {
    const known = new Set(leaves(loadSettings({}), '').map(([name]) => name));
    const optional = ['ladder', 'readiness.spikes', 'budget.maxCostUsd', 'training.hyperparameters'];
    expect([...documented.keys()].filter((name) => !known.has(name)).sort()).toEqual([...optional].sort());
  });
});
