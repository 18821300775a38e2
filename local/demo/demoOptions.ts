/** The command line of the demo. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { InvalidRunDate, parseRunDate, type RunDate } from '../../src/domain/runDate';
import { type PortName, portNames } from '../cloud';
import { lastScheduledDay } from './backfill';

type Ports = Partial<Record<PortName, number>>;

export interface DemoOptions {
  readonly date: RunDate;
  readonly clicks?: string;
  readonly keep: boolean;
  readonly fresh: boolean;
  readonly seed: number;
  readonly clicksPerDay: number;
  readonly historyDays: number;
  readonly election: boolean;
  readonly port: Ports;
}

export function readDemoOptions(): DemoOptions {
  const latest = lastScheduledDay(Date.now());
  return new Command('npm run demo --')
    .description('The main job, end to end, on this machine: clicks in, front pages out.')
    .addOption(new Option('--date <YYYY-MM-DD>', 'run date, UTC').argParser(dateOption).default(latest))
    .option('--clicks <path>', 'a click log instead of the made-up newsroom: NDJSON, plain or gzip, or Globo CSV files')
    .option('--keep', 'leave everything running until Ctrl-C', false)
    .option('--fresh', 'forget what an earlier demo of this day left', false)
    .option('--seed <n>', 'seed of the newsroom', countOption, 42)
    .option('--clicks-per-day <n>', 'clicks of the newsroom on an average day', countOption, 100_000)
    .option('--history-days <n>', 'days of the newsroom before the run date, 1 to 7', historyOption, 3)
    .option('--election', 'make the evening of the run date an election night', false)
    .addOption(
      new Option('--port <name=n>', `a fixed port; may be repeated (${portNames.join(', ')})`)
        .argParser(portOption)
        .default({}, 'free ones are chosen'),
    )
    .showHelpAfterError('(--help lists the options)')
    .parse()
    .opts<DemoOptions>();
}

function dateOption(text: string): RunDate {
  const latest = lastScheduledDay(Date.now());
  try {
    const date = parseRunDate(text);
    if (date <= latest) return date;
  } catch (error) {
    if (error instanceof InvalidRunDate) throw new InvalidArgumentError(error.message);
    throw error;
  }
  throw new InvalidArgumentError(`that day has not had its run yet; the newest is ${latest}`);
}

function countOption(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('give a whole number above 0');
  return value;
}

function historyOption(text: string): number {
  const days = countOption(text);
  if (days > 7) throw new InvalidArgumentError('the pipeline learns from 7 days at most');
  return days;
}

function portOption(text: string, ports: Ports): Ports {
  const [asked, port] = text.split('=');
  const name = portNames.find((known) => known === asked);
  const number = Number(port);
  if (name === undefined || !Number.isInteger(number) || number < 1 || number > 65_535) {
    throw new InvalidArgumentError(`give name=number, where the name is one of ${portNames.join(', ')}`);
  }
  return { ...ports, [name]: number };
}
