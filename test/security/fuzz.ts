/**
 * Fuzzes every parser and server of the house, and prints what came of it; exits with 1 when anything failed.
 *
 *   npm run --silent fuzz -- --inputs 100000 --seed 2026 --json
 *
 * One input again: `--seed <seed + number of the input> --inputs 1`.
 */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { Command, InvalidArgumentError } from 'commander';
import { fuzz } from './fuzz/fuzz';
import { parserTargets } from './fuzz/parsers';
import { serverTargets } from './fuzz/servers';

interface Options {
  readonly inputs: number;
  readonly seed: number;
  readonly json?: true;
}

/** A parser that hangs without a pause is ended from another thread. */
const hangSeconds = 30;
/** The process holds the servers, their spools and what V8 has not yet collected; what leaks with every input is far more. */
const maxGrownMegabytes = 1024;

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

const watch = `
const { parentPort } = require('node:worker_threads');
const { writeSync } = require('node:fs');
let present = '';
let timer;
parentPort.on('message', (name) => {
  present = name;
  clearTimeout(timer);
  if (name !== '') timer = setTimeout(() => {
    writeSync(2, 'hangs: ' + present + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }, ${hangSeconds * 1000});
});
`;

async function main({ inputs, seed, json }: Options): Promise<void> {
  const watcher = new Worker(watch, { eval: true });
  watcher.unref();
  const startedAtMs = performance.now();
  const targets = [...parserTargets, ...(await serverTargets())];
  const result = await fuzz({
    inputs,
    seed,
    targets,
    onInput: (index, target) => watcher.postMessage(`input ${index}, ${target}`),
  });
  watcher.postMessage('');
  const seconds = Math.round((performance.now() - startedAtMs) / 1000);
  if (json) writeSync(1, `${JSON.stringify({ ...result, seed, seconds }, undefined, 2)}\n`);
  else {
    const { failures, slowestMs, slowestInput, grownMegabytes } = result;
    const told = [
      `${result.inputs} inputs of seed ${seed} to ${targets.length} targets in ${seconds} s: ${failures.length} failures`,
      `slowest: ${slowestMs} ms (${slowestInput}); memory grew by ${grownMegabytes} MB`,
      ...failures,
    ];
    writeSync(1, `${told.join('\n')}\n`);
  }
  process.exit(result.failures.length > 0 || result.grownMegabytes > maxGrownMegabytes ? 1 : 0);
}

const command = new Command('fuzz')
  .option('--inputs <n>', 'how many', whole, 10_000)
  .option('--seed <n>', 'of the first input', whole, 2026)
  .option('--json', 'print one JSON object');
main(command.parse().opts<Options>()).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
