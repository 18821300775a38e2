/**
 * Creates the schedules, or updates them while keeping an operator's pause: `npm run schedule`. With `--check` it changes nothing,
 * and says where the server's schedules are not those of the code and of its settings.
 */
import type { Client } from '@temporalio/client';
import { Command } from 'commander';
import { connectClient, ensureSearchAttributes } from './clients/temporalClient';
import { ConfigError, loadScheduleConfig, type ScheduleConfig } from './config';
import { searchAttributes } from './contract';
import { describeUnevenDays, unevenDays } from './domain/scheduledDays';
import { applySchedule } from './schedules/apply';
import { checkSchedules, describeChecked, isDrift } from './schedules/check';
import { wantedSchedules } from './schedules/wanted';

interface Options {
  readonly check?: boolean;
  readonly json?: boolean;
}

/** What was done or found, for a program, and in lines for a human. */
interface Outcome {
  readonly json: object;
  readonly lines: readonly string[];
  readonly drift: boolean;
}

async function apply(client: Client, config: ScheduleConfig): Promise<Outcome> {
  await ensureSearchAttributes(client, Object.values(searchAttributes));
  const schedules: { readonly id: string; readonly done: 'created' | 'updated' }[] = [];
  for (const wanted of wantedSchedules(config)) {
    schedules.push({ id: wanted.scheduleId, done: await applySchedule(client, wanted) });
  }
  const checked = await checkSchedules(client, wantedSchedules(config));
  // What was just applied is as wanted; what stays to be said is a pause, the next time, and a schedule nobody knows.
  const lines = schedules.map(({ id, done }) => `schedule ${id} ${done}`);
  return {
    json: { schedules: schedules.map((each) => ({ ...each, ...checked.find(({ id }) => id === each.id) })) },
    lines: [...lines, ...checked.flatMap(describeChecked)],
    drift: checked.some(({ state }) => state === 'differs' || state === 'missing'),
  };
}

async function check(client: Client, config: ScheduleConfig): Promise<Outcome> {
  const schedules = await checkSchedules(client, wantedSchedules(config));
  return { json: { schedules }, lines: schedules.flatMap(describeChecked), drift: schedules.some(isDrift) };
}

async function run(options: Options): Promise<void> {
  const config = loadScheduleConfig();
  const warnings = describeUnevenDays(
    unevenDays(config.cron, config.timeZone, Date.now()),
    config.cron,
    config.timeZone,
  );
  const client = await connectClient(config.temporal);
  try {
    const { json, lines, drift } = await (options.check ? check(client, config) : apply(client, config));
    if (options.json) console.log(JSON.stringify({ ...json, warnings }, undefined, 2));
    else for (const line of lines) console.log(line);
    if (!options.json) for (const warning of warnings) console.error(`warning: ${warning}`);
    if (drift) process.exitCode = 1;
  } finally {
    await client.connection.close();
  }
}

export function buildScheduleProgram(): Command {
  return new Command('schedule')
    .description("Create the schedules, or update them and keep an operator's pause.")
    .option('--check', 'change nothing; exit with 1 when the server has others than the code wants')
    .option('--json', 'print JSON')
    .exitOverride((error) => {
      process.exit(error.exitCode === 0 ? 0 : 2);
    })
    .action(run);
}

if (require.main === module) {
  buildScheduleProgram()
    .parseAsync()
    .catch((error: unknown) => {
      console.error(error instanceof ConfigError ? error.message : error);
      process.exitCode = 1;
    });
}
