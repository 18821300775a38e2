/** What a command is given: a terminal, and a way to say how the process shall end. */
import type { ExitCode } from './exitCodes';
import type { Terminal } from './terminal';

export interface Desk {
  readonly terminal: Terminal;
  /** Of a command that has done what it was asked, and has something to say by its code. */
  readonly endWith: (code: ExitCode) => void;
}
