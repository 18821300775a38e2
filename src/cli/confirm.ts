/** What touches the set that readers see is asked about once more. */
import type { Command } from 'commander';
import { CommandFailed, exitCodes } from './exitCodes';
import type { Terminal } from './terminal';

export interface ConfirmOptions {
  readonly yes?: true;
}

export function withConfirmation(command: Command): Command {
  return command.option('--yes', 'do it without asking; needed where nobody can be asked');
}

export interface Question {
  /** A sentence about what will happen. */
  readonly says: string;
  /** What must be typed, word for word: nobody does so by habit. */
  readonly word: string;
}

/** Returns when it may be done; else throws `CommandFailed`, and nothing was done. */
export async function confirm(terminal: Terminal, { yes }: ConfirmOptions, { says, word }: Question): Promise<void> {
  if (yes) return;
  if (!terminal.canAsk) {
    throw new CommandFailed('NotConfirmed', `${says} Give --yes: there is no terminal to ask on.`, exitCodes.usage);
  }
  const typed = await terminal.ask(`${says}\nType ${word} to go on: `);
  if (typed.trim() === word) return;
  throw new CommandFailed('NotConfirmed', `'${typed.trim()}' is not '${word}': nothing was done`);
}
