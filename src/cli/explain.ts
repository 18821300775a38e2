/** What went wrong, in one sentence for an operator and one word for a script. */
import { CommanderError } from 'commander';
import { ClickLogError } from '../clicklog/clickLogError';
import { OrderRefused } from '../clients/operatorOrders';
import { QueryRefused } from '../clients/runList';
import { ReportUnreadable } from '../clients/runReports';
import { rootFailure } from '../clients/runs';
import { ConfigError } from '../config';
import { CommandFailed, type ExitCode, exitCodes } from './exitCodes';

export interface Explanation {
  readonly type: string;
  readonly message: string;
  readonly exitCode: ExitCode;
}

/** Their messages are whole sentences, which need no type before them. */
const ownErrors = [ConfigError, ClickLogError, OrderRefused, QueryRefused, ReportUnreadable];

/** The message of a failure of the catalogue begins with its type, which the runbook explains. */
export function explain(error: unknown): Explanation {
  if (error instanceof CommandFailed) {
    return { type: error.type, message: error.message, exitCode: error.exitCode };
  }
  if (error instanceof CommanderError) {
    const message =
      error.code === 'commander.help'
        ? "give a command; 'frontpage --help' shows them"
        : // A suggestion stands in a line of its own.
          `${error.message.replace(/^error: /, '').replace('\n', ' ')}; '--help' shows what there is`;
    return { type: 'UsageError', message, exitCode: exitCodes.usage };
  }
  if (error instanceof Error && ownErrors.some((own) => error instanceof own)) {
    return { type: error.name, message: error.message, exitCode: exitCodes.failed };
  }
  const { type, message } = rootFailure(error);
  return { type, message: type === 'Error' ? message : `${type}: ${message}`, exitCode: exitCodes.failed };
}
