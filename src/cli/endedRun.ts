/** Orders to a run that has ended are refused with how it ended, and with where more of it can be read. */
import type { Client } from '@temporalio/client';
import { OrderRefused } from '../clients/operatorOrders';
import { type RunView, viewRun } from '../clients/runs';
import type { RunDate } from '../domain/runDate';
import { describeEnd } from './describeRun';
import { CommandFailed } from './exitCodes';

/** Gives the order; one that is refused is looked at again, since the run may have ended before the order or because of it. */
export async function orderUnlessEnded(client: Client, runDate: RunDate, order: () => Promise<void>): Promise<void> {
  try {
    await order();
  } catch (error) {
    if (!(error instanceof OrderRefused)) throw error;
    refuseIfEnded(await viewRun(client, runDate));
    throw error;
  }
}

/** Nothing is said of a day without a run, nor of a run that goes on. */
export function refuseIfEnded(view: RunView | undefined): void {
  if (view === undefined || view.state === 'running') return;
  const { runDate } = view;
  throw new CommandFailed(
    'OrderRefused',
    `the run of ${runDate} is over: ${describeEnd(view)}; see 'frontpage status ${runDate}' and 'frontpage report ${runDate}'`,
  );
}
