/** What operators order about a run that waits: `proceed`, `abandon`, `approve`, `reject`. */
import type { Command } from 'commander';
import { decideRun, orderRun } from '../clients/operatorOrders';
import { viewRun } from '../clients/runs';
import type { OrderReason, WaitingOrder } from '../contract';
import { describeApproval, type GateOrder } from '../domain/approval';
import type { RunDate } from '../domain/runDate';
import { runDateArgument, runDateHelp } from './arguments';
import { type ConfirmOptions, confirm, type Question, withConfirmation } from './confirm';
import { withClient } from './connections';
import type { Desk } from './desk';
import { orderUnlessEnded, refuseIfEnded } from './endedRun';
import { answer, type OutputOptions, withOutput } from './output';

type OrderOptions = OrderReason & OutputOptions;

export function addOrders(program: Command, desk: Desk): void {
  addOrder(program, desk, 'proceed', {
    description: 'let a run that waits for clicks go on with those that are there; it is marked as degraded',
    done: 'goes on with the clicks that are there',
  });
  addOrder(program, desk, 'abandon', {
    description: 'end a run that waits for clicks; what is live stays live',
    done: 'is abandoned',
  });
  addApprove(program, desk);
  addReject(program, desk);
}

function addOrder(
  program: Command,
  { terminal }: Desk,
  order: WaitingOrder,
  { description, done }: { description: string; done: string },
): void {
  withReason(program.command(order).description(description)).action(
    async (runDate: RunDate, options: OrderOptions) => {
      const { by, reason } = options;
      await withClient((client) =>
        orderUnlessEnded(client, runDate, () => orderRun(client, runDate, order, { by, reason })),
      );
      answer(terminal, options, { runDate, order, by, reason }, [`run ${runDate} ${done}`]);
    },
  );
}

function addApprove(program: Command, { terminal }: Desk): void {
  const description = 'let the borderline candidate of a run that waits for approval go live';
  withConfirmation(withReason(program.command('approve').description(description))).action(
    async (runDate: RunDate, options: OrderOptions & ConfirmOptions) => {
      await withClient(async (client) => {
        if (options.yes === undefined) {
          const view = terminal.canAsk ? await viewRun(client, runDate) : undefined;
          refuseIfEnded(view);
          await confirm(terminal, options, approvalQuestion(runDate, view?.status));
        }
        await orderUnlessEnded(client, runDate, () => decideRun(client, runDate, orderOf('approve', options)));
      });
      answer(terminal, options, { runDate, ...orderOf('approve', options) }, [
        `the candidate of ${runDate} is approved`,
      ]);
    },
  );
}

function addReject(program: Command, { terminal }: Desk): void {
  const description = 'refuse the borderline candidate of a run that waits for approval; what is live stays live';
  withReason(program.command('reject').description(description)).action(
    async (runDate: RunDate, options: OrderOptions) => {
      await withClient((client) =>
        orderUnlessEnded(client, runDate, () => decideRun(client, runDate, orderOf('reject', options))),
      );
      answer(terminal, options, { runDate, ...orderOf('reject', options) }, [
        `the candidate of ${runDate} is rejected`,
      ]);
    },
  );
}

function orderOf(verdict: GateOrder['verdict'], { by, reason }: OrderReason): GateOrder {
  return { verdict, by, reason };
}

/** Who decides should have read what is in doubt. */
export function approvalQuestion(
  runDate: RunDate,
  status: (Parameters<typeof describeApproval>[0] & { readonly version?: string }) | undefined,
): Question {
  const doubts = status === undefined ? [] : describeApproval(status);
  const version = status?.version;
  return {
    says: [
      `The candidate of ${runDate}${version === undefined ? '' : `, version ${version},`} will be loaded and shown to readers.`,
      ...doubts,
    ].join('\n'),
    word: version ?? runDate,
  };
}

function withReason(command: Command): Command {
  return withOutput(
    command
      .argument('<date>', runDateHelp, runDateArgument)
      .requiredOption('--by <who>', 'who gives the order; kept with the run and in its report')
      .requiredOption('--reason <text>', 'why; kept with the run and in its report'),
  );
}
