#!/usr/bin/env node
/** The operator's commands, put together. From a checkout: `npm run --silent frontpage -- --help`. */
import { Command, CommanderError } from 'commander';
import { addBackfill } from './cli/backfill';
import { addCancel } from './cli/cancel';
import type { Desk } from './cli/desk';
import { addDoctor } from './cli/doctor';
import { type ExitCode, exitCodes } from './cli/exitCodes';
import { explain } from './cli/explain';
import { addForget } from './cli/forget';
import { withoutHelpOnNothing } from './cli/help';
import { addImport } from './cli/importLog';
import { addLate } from './cli/late';
import { addOrders } from './cli/orders';
import { outputOptionsOf, wantsJson } from './cli/output';
import { addPlan } from './cli/plan';
import { addRebuildInteractions } from './cli/rebuildInteractions';
import { addReport } from './cli/report';
import { addRuns } from './cli/runs';
import { addStart } from './cli/start';
import { addStatus } from './cli/status';
import { processTerminal, type Terminal } from './cli/terminal';
import { addRollback, addSweep, addVersions } from './cli/versions';
import { addWatch } from './cli/watch';

export function buildProgram(desk: Desk): Command {
  const program = new Command('frontpage')
    .description('Personal front pages for news portals, renewed daily.')
    .exitOverride()
    // Help goes to the screen, and what is wrong is told in one place; see `runCommand`.
    .configureOutput({ writeOut: (text) => desk.terminal.print(text.trimEnd()), writeErr: () => undefined });
  addStart(program, desk);
  addStatus(program, desk);
  addWatch(program, desk);
  addRuns(program, desk);
  addReport(program, desk);
  addOrders(program, desk);
  addCancel(program, desk);
  addLate(program, desk);
  addBackfill(program, desk);
  addRebuildInteractions(program, desk);
  addForget(program, desk);
  addVersions(program, desk);
  addRollback(program, desk);
  addSweep(program, desk);
  addImport(program, desk);
  addDoctor(program, desk);
  addPlan(program, desk);
  return program;
}

/** Runs one command line, without the program's own name, to its exit code. Never throws: what went wrong is told. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<ExitCode> {
  let code: ExitCode = exitCodes.done;
  const program = buildProgram({
    terminal,
    endWith: (given) => {
      code = given;
    },
  });
  try {
    await program.parseAsync(withoutHelpOnNothing(program, args), { from: 'user' });
    return code;
  } catch (error) {
    // Help and version are thrown as well.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    const { type, message, exitCode } = explain(error);
    const asJson = wantsJson(outputOptionsOf(args), terminal);
    terminal.complain(asJson ? JSON.stringify({ error: { type, message } }) : message);
    return exitCode;
  }
}

if (require.main === module) {
  void (async () => {
    process.exitCode = await runCommand(process.argv.slice(2), processTerminal());
  })();
}
