/** What others wrote and we run: pinned, so that a build takes tomorrow what it takes today; and no secret among what we wrote. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = join(__dirname, '../..');
const text = (file: string): string => readFileSync(join(root, file), 'utf8');

const versions = z.record(z.string(), z.string());
const packageSchema = z.object({ dependencies: versions, devDependencies: versions });
const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      integrity: z.string().optional(),
      resolved: z.string().optional(),
      inBundle: z.boolean().optional(),
      hasInstallScript: z.boolean().optional(),
    }),
  ),
});

describe('packages of npm', () => {
  const { dependencies, devDependencies } = packageSchema.parse(JSON.parse(text('package.json')));
  const { '': _root, ...locked } = lockSchema.parse(JSON.parse(text('package-lock.json'))).packages;

  it('are of one version each, which we chose', () => {
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('are taken by their hash, or come inside a package that is', () => {
    expect(Object.keys(locked).length).toBeGreaterThan(100);
    const loose = Object.entries(locked).filter(
      ([, { integrity, inBundle }]) => inBundle !== true && !integrity?.startsWith('sha512-'),
    );
    expect(loose).toEqual([]);
  });

  it('come from the registry that npm is set to, not from an address of their own', () => {
    expect(Object.values(locked).flatMap(({ resolved }) => resolved ?? [])).toEqual([]);
  });

  it('run no script when they are installed, but for those that are known to', () => {
    const scripts = Object.entries(locked).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript ? [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)] : [],
    );
    expect([...new Set(scripts)].sort()).toEqual(['@parcel/watcher', '@swc/core', 'esbuild', 'protobufjs']);
  });
});

describe('packages of Python', () => {
  it.each([
    'trainer/requirements.txt',
    'trainer/requirements-dev.txt',
    'local/requirements.txt',
    'bench/load/requirements.txt',
    'bench/train/requirements.txt',
  ])('are of one version each in %s, and taken by the hashes of its files', (file) => {
    const requirements = text(file)
      .replaceAll(/ \\\n +/g, ' ')
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'));
    expect(requirements.length).toBeGreaterThan(0);
    const loose = requirements.filter(
      (line) => !/^[\w.-]+==[\w.]+(?:; python_version (?:<|>=) "3\.11")?(?: --hash=sha256:[0-9a-f]{64})+$/.test(line),
    );
    expect(loose).toEqual([]);
  });

  // pip asks for hashes by itself where it sees one. The flag is for a file that has lost them all.
  it.each([
    ['trainer/Dockerfile', /pip install .*--require-hashes -r requirements\.txt/],
    ['.ci/sbom', /--require-hashes -r trainer\/requirements\.txt/],
    ['local/prepare.ts', /'--require-hashes',\s+'-r'/],
  ])('are not installed without hashes by %s', (file, install) => {
    expect(text(file)).toMatch(install);
  });
});

// GHSA-8988-4f7v-96qf, mended in 2.8; Temporal's interceptors want 1.x. Both of these would install its reader of baggage.
it('nothing of ours reads baggage, for which OpenTelemetry 1.x has no limit', () => {
  const search = ['grep', '-lE', 'W3CBaggagePropagator|provider\\.register\\(', '--', 'src'];
  const { status, stdout } = spawnSync('git', search, { cwd: root, encoding: 'utf8' });
  expect(stdout).toBe('');
  // 1: nothing is found.
  expect(status).toBe(1);
});

it('images that containers are built from are taken by their digest', () => {
  for (const file of ['Dockerfile', 'trainer/Dockerfile']) {
    const stages = [...text(file).matchAll(/^FROM \S+ AS (\S+)/gm)].map((match) => match[1]);
    const bases = [...text(file).matchAll(/^FROM (\S+)/gm)].flatMap(([, base = '']) =>
      stages.includes(base) ? [] : [base],
    );
    expect(bases.length).toBeGreaterThan(0);
    expect(bases.filter((base) => !/@sha256:[0-9a-f]{64}$/.test(base))).toEqual([]);
  }
});

it('no file of ours holds a key of AWS, a private key, or a token that begins as those of well-known services do', () => {
  const patterns = [
    'AKIA[0-9A-Z]{16}',
    'ASIA[0-9A-Z]{16}',
    'BEGIN [A-Z ]*PRIVATE KEY',
    'gh[pousr]_[A-Za-z0-9]{36}',
    'xox[abpr]-[0-9]{8}',
  ];
  const found = (pattern: string): string => {
    const search = ['grep', '-lE', pattern, '--', '.', ':!test/security/supplyChain.test.ts'];
    const { status, stdout, stderr } = spawnSync('git', search, { cwd: root, encoding: 'utf8' });
    // 1: nothing is found.
    if (status !== 0 && status !== 1) throw new Error(`git grep ended with ${status}: ${stderr}`);
    return stdout;
  };
  expect(patterns.map(found).filter((files) => files !== '')).toEqual([]);
});
