/** What the app image holds at /app, made without a container engine: the Dockerfile's own step, on a copy of the sources. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../../local/prepare';

export interface BuiltImage {
  /** Paths with sizes and times, so that whatever a program writes shows. */
  files(): string[];
  start(script: string, environment: Readonly<Record<string, string>>): ImageProgram;
  remove(): void;
}

export interface ImageProgram {
  readonly child: ChildProcess;
  /** Everything printed so far, standard output and error together. */
  output(): string;
  /** SIGTERM; the exit code, and the signal when it was the signal that ended it. */
  stop(): Promise<unknown[]>;
}

export async function buildImage(): Promise<BuiltImage> {
  const app = mkdtempSync(join(tmpdir(), 'frontpage-image-'));
  for (const name of copied()) cpSync(join(repositoryRoot, name), join(app, name), { recursive: true });
  symlinkSync(join(repositoryRoot, 'node_modules'), join(app, 'node_modules'));
  await promisify(execFile)('sh', ['-c', buildStep()], { cwd: app });
  return {
    files: () =>
      ['dist', 'src', 'portal'].flatMap((folder) =>
        readdirSync(join(app, folder), { recursive: true, encoding: 'utf8' }).map((name) => {
          const { size, mtimeMs } = statSync(join(app, folder, name));
          return `${folder}/${name} ${size} ${mtimeMs}`;
        }),
      ),
    start: (script, environment) => start(app, script, environment),
    remove: () => rmSync(app, { recursive: true }),
  };
}

const [dockerfile = ''] = readFileSync(join(repositoryRoot, 'Dockerfile'), 'utf8').split(/^FROM app AS laptop$/m);

/** What the Dockerfile takes from the repository for `app`. */
function copied(): Set<string> {
  return new Set([...dockerfile.matchAll(/^COPY ((?!--).+) \S+$/gm)].flatMap(([, names = '']) => names.split(' ')));
}

function buildStep(): string {
  const step = /^RUN (node_modules\/\.bin\/tsc .+)$/m.exec(dockerfile)?.[1];
  if (step === undefined) throw new Error('the Dockerfile has no line that compiles: RUN node_modules/.bin/tsc …');
  return step;
}

function start(app: string, script: string, environment: Readonly<Record<string, string>>): ImageProgram {
  const child = spawn(process.execPath, [script], {
    cwd: app,
    env: {
      PATH: process.env['PATH'],
      HOME: app,
      NODE_ENV: 'production',
      NODE_OPTIONS: '--enable-source-maps',
      NODE_NO_WARNINGS: '1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return {
    child,
    output: () => text,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      return exited;
    },
  };
}
