/** `frontpage backfill`: the days of a range, oldest first. What is live stays live unless it is told otherwise. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { type Command, Option } from 'commander';
import { startBackfill, stopBackfill, viewBackfill } from '../clients/backfills';
import { dayStates } from '../clients/dayStates';
import { loadPipelineSettings } from '../config';
import type { BackfilledDay, BackfillStatus } from '../contract';
import { type BackfillMode, type BackfillPlan, backfillModes, daysOfRange, planBackfill } from '../domain/backfill';
import { lastCompleteDay, type RunDate } from '../domain/runDate';
import { runDateArgument, wholeNumber } from './arguments';
import { type ConfirmOptions, confirm, withConfirmation } from './confirm';
import { openLake, withClient } from './connections';
import { utcSeconds } from './describeRun';
import type { Desk } from './desk';
import { CommandFailed, exitCodes } from './exitCodes';
import { answer, type OutputOptions, wantsJson, withOutput } from './output';
import type { Terminal } from './terminal';

const betweenLooksMs = 2_000;
/** A range that is longer is more likely a slip of the pen, and it is looked at day by day before anything begins. */
const maxDays = 400;

interface BackfillOptions extends OutputOptions, ConfirmOptions {
  readonly mode: BackfillMode;
  readonly concurrency: number;
  readonly dryRun?: true;
  readonly publish?: true;
  readonly detach?: true;
  readonly stop?: true;
}

export function addBackfill(program: Command, { terminal, endWith }: Desk): void {
  withOutput(
    withConfirmation(
      program
        .command('backfill')
        .description('run the days of a range, oldest first; what is live stays live')
        .argument('<from>', 'first run date', runDateArgument)
        .argument('<to>', 'last run date', runDateArgument)
        .addOption(
          new Option('--mode <mode>', 'which days: those that never ended, that failed, or all')
            .choices(backfillModes)
            .default('missing'),
        )
        // Training builds on the interactions of the days before; days at the same time parse the same clicks again.
        .option('--concurrency <runs>', 'so many runs at a time', wholeNumber(1, 10), 1)
        .option('--dry-run', 'show what would be run, and do nothing')
        .option('--publish', 'let each day go live, as its own run would have; asks first')
        .option('--detach', 'do not wait for the end')
        .option('--stop', 'begin no other day of the backfill of this range that is going on'),
    ),
  ).action(async (from: RunDate, to: RunDate, options: BackfillOptions) => {
    checkRange(from, to);
    await withClient(async (client) => {
      if (options.stop) {
        await stopBackfill(client, from, to);
      } else {
        const plan = planBackfill(await dayStates(client, openLake(), daysOfRange(from, to)), options.mode);
        if (options.dryRun) return answer(terminal, options, plan, describePlan(plan));
        if (plan.run.length === 0) {
          answer(terminal, options, { ...nothingDone, withoutClicks: plan.withoutClicks }, describePlan(plan));
          return endWith(plan.withoutClicks.length === 0 ? exitCodes.done : exitCodes.runFailed);
        }
        await begin(client, terminal, { from, to, plan }, options);
        if (plan.withoutClicks.length > 0) endWith(exitCodes.runFailed);
        if (options.detach) return undefined;
      }
      const status = await follow(client, terminal, { from, to }, options);
      if (status.done.some(({ outcome }) => outcome === 'failed' || outcome === 'cancelled')) {
        endWith(exitCodes.runFailed);
      }
    });
  });
}

const nothingDone: BackfillStatus = { done: [], running: [], left: [], stopped: false };

function checkRange(from: RunDate, to: RunDate): void {
  const newest = lastCompleteDay(Date.now());
  const wrong =
    from > to
      ? `${from} is after ${to}: give the first day first`
      : to > newest
        ? `${to} is not over yet: the last complete day is ${newest}`
        : daysOfRange(from, to).length > maxDays
          ? `the range has more than ${maxDays} days: give a shorter one`
          : undefined;
  if (wrong !== undefined) throw new CommandFailed('UsageError', wrong, exitCodes.usage);
}

async function begin(
  client: Client,
  terminal: Terminal,
  { from, to, plan }: { readonly from: RunDate; readonly to: RunDate; readonly plan: BackfillPlan },
  options: BackfillOptions,
): Promise<void> {
  const { concurrency } = options;
  const publish = options.publish ?? false;
  if (publish) {
    await confirm(terminal, options, {
      says: `${plan.run.length} days from ${from} to ${to} will go live one after the other, unless a later day is live.`,
      word: to,
    });
  }
  const settings = loadPipelineSettings();
  const how = await startBackfill(client, { from, to, days: plan.run, concurrency, publish, settings });
  if (wantsJson(options, terminal)) {
    if (options.detach) answer(terminal, options, { how, ...plan }, []);
    return;
  }
  terminal.print(describePlan(plan).join('\n'));
  terminal.print(how === 'started' ? 'backfill started' : 'a backfill of this range is going on already: joined');
}

/** Until it is over: on a screen drawn over and over, else a line for each day, or one JSON value at the end. */
async function follow(
  client: Client,
  terminal: Terminal,
  { from, to }: { readonly from: RunDate; readonly to: RunDate },
  options: OutputOptions,
): Promise<BackfillStatus> {
  const asJson = wantsJson(options, terminal);
  let told = 0;
  for (;;) {
    const { isOver, status } = await viewBackfill(client, from, to);
    if (status !== undefined && !asJson) {
      if (terminal.isScreen) terminal.redraw(describeBackfill(status));
      else for (const day of status.done.slice(told)) terminal.print(`${utcSeconds(Date.now())}  ${describeDay(day)}`);
      told = status.done.length;
    }
    if (isOver && status !== undefined) {
      if (asJson) answer(terminal, options, status, []);
      else if (!terminal.isScreen) terminal.print(describeSum(status));
      return status;
    }
    await sleep(betweenLooksMs);
  }
}

export function describePlan({ run, withoutClicks, leftAlone }: BackfillPlan): string[] {
  return [
    run.length === 0
      ? 'no day is to be run'
      : `to be run, oldest first: ${run.map(({ runDate }) => runDate).join(', ')}`,
    ...(withoutClicks.length === 0
      ? []
      : [`cannot be run, since the lake has no clicks of them: ${withoutClicks.join(', ')}`]),
    ...leftAlone.map(({ runDate, state }) => `left alone: ${runDate}, ${state}`),
  ];
}

/** What is newest stands first: a long range is longer than a screen. */
export function describeBackfill(status: BackfillStatus): string[] {
  return [
    describeSum(status),
    ...status.running.map((runDate) => `${runDate}  running`),
    ...status.done.map(describeDay).toReversed(),
  ];
}

function describeDay({ runDate, outcome, failure }: BackfilledDay): string {
  return `${runDate}  ${outcome}${failure === undefined ? '' : `: ${failure.type}: ${failure.message}`}`;
}

function describeSum({ done, running, left, stopped }: BackfillStatus): string {
  return `${done.length} done, ${running.length} running, ${left.length} left${stopped ? '; no other day is begun' : ''}`;
}
