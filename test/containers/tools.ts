/** Linters of containers, and what reads a compose file as the engine does. */
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';

export class NoTool extends Error {
  override readonly name = 'NoTool';
}

const path = [join(repositoryRoot, '.venv/bin'), join(repositoryRoot, 'node_modules/.bin'), process.env['PATH']];

/** Runs a program of the prepared environment, of node_modules, or of the machine, in the repository. */
export function run(
  command: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): SpawnSyncReturns<string> {
  const done = spawnSync(command, args, {
    cwd: repositoryRoot,
    encoding: 'utf8',
    env: { ...process.env, PATH: path.join(delimiter), ...environment },
  });
  if (done.error)
    throw new NoTool(`${command} cannot be run: ${done.error.message}; npm ci and npm run setup install it`);
  return done;
}

/** `docker compose`, else Debian's docker-compose, which is installed once where the tests may do that. No engine is asked. */
export function composeCommand(): readonly [string, ...string[]] {
  if (answers('docker', 'compose')) return ['docker', 'compose'];
  if (!answers('docker-compose')) install();
  return ['docker-compose'];
}

function answers(command: string, ...args: string[]): boolean {
  return spawnSync(command, [...args, 'version']).status === 0;
}

function install(): void {
  const script = 'apt-get update && apt-get install -y --no-install-recommends docker-compose';
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new NoTool('neither `docker compose` nor docker-compose answers: install one of them');
  }
  const { status, stderr } = spawnSync('flock', [join(tmpdir(), 'frontpage-compose.lock'), 'sh', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (status !== 0) throw new NoTool(`installing Debian's package docker-compose failed: ${stderr.trim()}`);
}
