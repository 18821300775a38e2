/**
 * Prepares what npm cannot install: a `.venv` with the trainer, the AWS emulator, the Temporal CLI and the
 * time-skipping test server, all pinned, each file by its hash. Re-used while the requirement files and the Python
 * are unchanged.
 * Run by hand with `npm run setup`; the demo and the tests call it first.
 */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { processStart } from './processes';
import { hasErrorCode } from './systemError';

export const repositoryRoot = join(__dirname, '..');
const venv = join(repositoryRoot, '.venv');
const stampFile = join(venv, 'frontpage.stamp');
const lockFile = join(repositoryRoot, '.venv.lock');
const requirementFiles = ['trainer/requirements.txt', 'trainer/requirements-dev.txt', 'local/requirements.txt'];
const minimumPython = [3, 10] as const;

/** The programs of the prepared environment. */
export const programs = {
  python: join(venv, 'bin', 'python'),
  ministack: join(venv, 'bin', 'ministack'),
  temporal: join(venv, 'bin', 'temporal'),
  temporalTestServer: join(venv, 'bin', 'temporal-test-server'),
} as const;

export class PreparationFailed extends Error {
  override readonly name = 'PreparationFailed';
}

/** Makes the environment whole, or returns at once when it is. `say` receives one line for each step taken. */
export function prepare(say: (line: string) => void): void {
  const python = findPython();
  const stamp = fingerprint(python.version);
  if (isWhole(stamp)) return;
  takeTurn(say);
  try {
    if (!isWhole(stamp)) install(python, stamp, say);
  } finally {
    rmSync(lockFile, { force: true });
  }
}

function isWhole(stamp: string): boolean {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp;
}

/** Two that prepare at the same time, a demo and the tests say, would tear down each other's work. */
function takeTurn(say: (line: string) => void): void {
  const me = `${process.pid} ${processStart(process.pid)}`;
  for (let said = false; ; said = true) {
    try {
      writeFileSync(lockFile, me, { flag: 'wx' });
      return;
    } catch (error) {
      if (!hasErrorCode(error, 'EEXIST')) throw error;
    }
    const holder = existsSync(lockFile) ? readFileSync(lockFile, 'utf8') : '';
    const [pid, startedAt] = holder.split(' ');
    // An empty file is one that is being written at this moment.
    if (holder !== '' && processStart(Number(pid)) !== startedAt) rmSync(lockFile, { force: true });
    else {
      if (!said) say(`another process prepares .venv; waiting for it (${lockFile})`);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    }
  }
}

function install(python: { command: string; version: string }, stamp: string, say: (line: string) => void): void {
  rmSync(venv, { recursive: true, force: true });
  say(`preparing .venv with Python ${python.version} (once; about a minute)`);
  run(python.command, ['-m', 'venv', venv], "install your system's python3-venv package and try again");
  for (const file of requirementFiles) {
    say(`  installing ${file}`);
    pipInstall(
      ['--require-hashes', '-r', join(repositoryRoot, file)],
      'check that PyPI can be reached and try again; after a change of a version run .ci/hashes first',
    );
  }
  say('  installing the trainer');
  pipInstall(
    ['--no-build-isolation', '-e', join(repositoryRoot, 'trainer')],
    'the trainer package is broken; see the lines above',
  );
  writeFileSync(stampFile, stamp);
}

/** Of what is named and nothing that it needs: the requirement files name all of that. */
function pipInstall(what: readonly string[], advice: string): void {
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-deps'];
  run(programs.python, [...pip, ...what], advice);
}

function findPython(): { command: string; version: string } {
  const asked = process.env['PYTHON'];
  const candidates = asked ? [asked] : ['python3', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
  for (const command of candidates) {
    const probe = spawnSync(command, ['-c', 'import sys; print("%d.%d.%d" % sys.version_info[:3])'], {
      encoding: 'utf8',
    });
    const version = probe.status === 0 ? probe.stdout.trim() : '';
    const [major = 0, minor = 0] = version.split('.').map(Number);
    if (major > minimumPython[0] || (major === minimumPython[0] && minor >= minimumPython[1])) {
      return { command, version };
    }
  }
  throw new PreparationFailed(
    `no Python ${minimumPython.join('.')} or newer was found (tried ${candidates.join(', ')}): install one, or name it in the environment variable PYTHON`,
  );
}

function fingerprint(pythonVersion: string): string {
  const hash = createHash('sha256').update(`${pythonVersion}\n${repositoryRoot}\n`);
  for (const file of [...requirementFiles, 'trainer/pyproject.toml']) {
    hash.update(readFileSync(join(repositoryRoot, file)));
  }
  return hash.digest('hex');
}

function run(command: string, args: readonly string[], advice: string): void {
  const result: SpawnSyncReturns<Buffer> = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) {
    throw new PreparationFailed(`'${[command, ...args].join(' ')}' failed: ${advice}`);
  }
}

if (require.main === module) {
  try {
    prepare((line) => console.log(line));
    console.log('.venv is ready');
  } catch (error) {
    console.error(error instanceof PreparationFailed ? error.message : error);
    process.exitCode = 1;
  }
}
