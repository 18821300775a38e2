/** A Python that has boto3: the prepared one where it has, else one of its own for this benchmark, made once. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { programs, repositoryRoot } from '../../local/prepare';

const venv = join(repositoryRoot, '.frontpage', 'bench-venv');
const own = join(venv, 'bin', 'python');
const requirements = join(repositoryRoot, 'bench', 'load', 'requirements.txt');

export function pythonWithBoto3(): string {
  const ready = [programs.python, own].find((python) => existsSync(python) && hasBoto3(python));
  if (ready !== undefined) return ready;
  run(existsSync(programs.python) ? programs.python : 'python3', ['-m', 'venv', venv]);
  run(own, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements]);
  return own;
}

const hasBoto3 = (python: string): boolean => spawnSync(python, ['-c', 'import boto3']).status === 0;

function run(command: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`cannot install boto3 for the comparison: ${command} ${args.join(' ')}\n${stderr}`);
}
