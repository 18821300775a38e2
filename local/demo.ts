/**
 * The demo: the main job end to end on this machine. A real day of clicks goes through the collector, the daily run of
 * that day goes through its schedule, Spot takes the machine away in the middle of training, readers get their lists.
 * `npm run demo -- --help` tells the options.
 */
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { InvalidRunDate, lastCompleteDay, parseRunDate, type RunDate } from '../src/domain/runDate';
import { rootFailure } from '../src/clients/runs';
import type { PortName } from './cloud';
import { DemoFailed, type DemoOptions, runDemo } from './demoRun';
import { PreparationFailed, prepare, repositoryRoot } from './prepare';
import { StartFailed } from './processes';

const help = `npm run demo -- [options]

  --date YYYY-MM-DD     run date (default: yesterday, UTC)
  --clicks DIR          replay a real click log instead of generated clicks: NDJSON in the click format (docs/formats.md),
                        plain or gzip, or the published Globo CSV files; its last full day becomes the run date
  --readers N           generated readers (default 20000)
  --clicks-per-day N    generated clicks a day (default 120000)
  --history-days N      earlier days to learn from (default 3; with --clicks all that the log has, at most 7)
  --election            generate an election evening
  --seed N              seed of the generator (default 1)
  --no-interruption     leave Spot alone
  --keep                leave everything running until Ctrl-C
  --state DIR           where the laptop cloud keeps its state (default .frontpage/demo-<source>-<date>)
  --port NAME=N         use this port; NAME is temporal, ui, aws, firehose, sagemaker, collector or serving; repeatable
`;

const portNames: readonly PortName[] = ['temporal', 'ui', 'aws', 'firehose', 'sagemaker', 'collector', 'serving'];

function readOptions(args: readonly string[]): DemoOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      date: { type: 'string' },
      clicks: { type: 'string' },
      readers: { type: 'string', default: '20000' },
      'clicks-per-day': { type: 'string', default: '120000' },
      'history-days': { type: 'string' },
      election: { type: 'boolean', default: false },
      seed: { type: 'string', default: '1' },
      'no-interruption': { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      state: { type: 'string' },
      port: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const runDate = dateOption(values.date);
  const source = values.clicks === undefined ? 'newsroom' : 'log';
  return {
    runDate,
    clicksDir: values.clicks,
    readers: wholeNumber('--readers', values.readers),
    clicksPerDay: wholeNumber('--clicks-per-day', values['clicks-per-day']),
    historyDays: wholeNumber('--history-days', values['history-days'] ?? (source === 'log' ? '7' : '3')),
    election: values.election,
    seed: wholeNumber('--seed', values.seed),
    interruption: !values['no-interruption'],
    keep: values.keep,
    stateDir: values.state ?? join(repositoryRoot, '.frontpage', `demo-${source}-${runDate}`),
    ports: Object.fromEntries(values.port.map(portOption)),
  };
}

function dateOption(text: string | undefined): RunDate {
  const lastDay = lastCompleteDay(Date.now());
  if (text === undefined) return lastDay;
  const runDate = parseRunDate(text);
  if (runDate > lastDay) throw new DemoFailed(`--date ${runDate} is not over yet: the last complete day is ${lastDay}`);
  return runDate;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new DemoFailed(`${option} needs a whole number, not '${text}'`);
  return value;
}

function portOption(text: string): [PortName, number] {
  const [name, number = ''] = text.split('=');
  const known = portNames.find((candidate) => candidate === name);
  const port = Number(number);
  if (known === undefined || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new DemoFailed(`--port ${text} is not NAME=N with NAME one of ${portNames.join(', ')}`);
  }
  return [known, port];
}

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    console.log(help);
    return;
  }
  prepare((line) => console.log(line));
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupted.abort());
  await runDemo(options, interrupted.signal, (line) => console.log(line));
}

main().catch((error: unknown) => {
  const expected = [DemoFailed, StartFailed, PreparationFailed, InvalidRunDate].some((kind) => error instanceof kind);
  const usage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const { type, message } = rootFailure(error);
  if (usage) console.error(`${message.split('.')[0]}; 'npm run demo -- --help' tells the options`);
  else if (expected) console.error(message);
  else console.error(`the demo failed with ${type}: ${message}; the logs are below ${relative(process.cwd(), join(repositoryRoot, '.frontpage')) || '.'}`);
  process.exitCode = 1;
});
