/** Every package that an image ships is under a licence that the product may be given on with (docs/dependencies.md). */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { programs, repositoryRoot } from '../../local/prepare';
import { run } from './tools';

const allowed = new Set([
  ...[
    'MIT',
    'ISC',
    '0BSD',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'Unlicense',
    'Zlib',
    'CC0-1.0',
  ],
  ...['PSF-2.0', 'PSFL', 'Python Software Foundation License', 'MIT license', 'MIT License', 'BSD License'],
  'Apache Software License',
]);

/** Packages whose licence is another one, or is told elsewhere than in their metadata; and the licence. */
const exceptions: ReadonlyMap<string, string> = new Map([
  // Tables of browser versions, below webpack, used as they are.
  ['caniuse-lite', 'CC-BY-4.0'],
  // Says it in its file LICENSE only.
  ['unionfs', 'undeclared'],
  // Progress bars, used as they are: the MPL asks for the source of changed files.
  ['tqdm', 'MPL-2.0 AND MIT'],
]);

interface Licensed {
  readonly name: string;
  readonly licence: string;
}

const mayShip = (expression: string): boolean =>
  expression
    .replaceAll(/[()]/g, '')
    .split(' AND ')
    .every((part) => part.split(' OR ').some((licence) => allowed.has(licence)));

const objectionable = (packages: readonly Licensed[]): string[] =>
  packages
    .filter(({ name, licence }) => !mayShip(licence) && exceptions.get(name) !== licence)
    .map(({ name, licence }) => `${name}: ${licence}`);

const manifestSchema = z.object({ license: z.string().optional() });
const lockSchema = z.object({
  packages: z.record(z.string(), z.object({ dev: z.boolean().optional(), license: z.string().optional() })),
});

/** Read from what is installed; packages of other platforms, which are not, tell it in the lock file. */
function nodePackages(): Licensed[] {
  const lock = lockSchema.parse(JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')));
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { license }]) => {
      const manifest = join(repositoryRoot, path, 'package.json');
      const told = existsSync(manifest)
        ? manifestSchema.parse(JSON.parse(readFileSync(manifest, 'utf8'))).license
        : license;
      return { name: path.replace(/^.*node_modules\//, ''), licence: told ?? 'undeclared' };
    });
}

const readMetadata = `
import importlib.metadata as metadata, json, sys
def licence(name):
    about = metadata.metadata(name)
    kinds = [c.split(" :: ")[-1] for c in about.get_all("Classifier", []) if c.startswith("License :: ")]
    return about.get("License-Expression") or " OR ".join(kinds) or about.get("License") or "undeclared"
print(json.dumps([{"name": name, "licence": licence(name)} for name in sys.argv[1:]]))
`;

/** Of the prepared environment. A line with a condition is left to the Pythons that it is for. */
function pythonPackages(requirements: string): Licensed[] {
  const names = readFileSync(join(repositoryRoot, requirements), 'utf8')
    .split('\n')
    .filter((line) => line.includes('==') && !line.includes('python_version <'))
    .map((line) => line.replace(/==.*/, ''));
  const { status, stdout, stderr } = run(programs.python, ['-c', readMetadata, ...names]);
  if (status !== 0) throw new Error(`the licences of ${requirements} cannot be read: ${stderr}`);
  return z.array(z.object({ name: z.string(), licence: z.string() })).parse(JSON.parse(stdout));
}

describe('the licences of what is shipped', () => {
  it('are all known and allowed, for the packages of Node', () => {
    const packages = nodePackages();
    expect(packages.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@temporalio/worker', 'fastify', 'unionfs']),
    );
    expect(objectionable(packages)).toEqual([]);
  });

  it.each([
    ['trainer/requirements.txt', 'implicit'],
    ['local/requirements.txt', 'ministack'],
  ])('are all known and allowed, for the packages of %s', (requirements, one) => {
    const packages = pythonPackages(requirements);
    expect(packages.map(({ name }) => name)).toContain(one);
    expect(objectionable(packages)).toEqual([]);
  });

  it('would not pass with a package of another licence, or of none', () => {
    const packages = [
      { name: 'a', licence: 'GPL-3.0-only' },
      { name: 'b', licence: 'MIT AND AGPL-3.0-only' },
      { name: 'c', licence: 'undeclared' },
      { name: 'd', licence: '(MIT OR GPL-3.0-only)' },
    ];
    expect(objectionable(packages)).toEqual(['a: GPL-3.0-only', 'b: MIT AND AGPL-3.0-only', 'c: undeclared']);
  });
});
