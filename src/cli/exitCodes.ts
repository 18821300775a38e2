/** How a command ends, for scripts. docs/cli.md explains each code. */
export const exitCodes = {
  done: 0,
  failed: 1,
  /** The command line is wrong, or lacks the confirmation that it needs. Commander's own code is 1; see `cli.ts`. */
  usage: 2,
  /** The command did what it was asked; the run it tells of ended without having published. */
  runFailed: 3,
  runWaits: 4,
  noSuchRun: 5,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** Ends a command with one sentence for its operator. `type` is what a script may compare. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  constructor(
    readonly type: string,
    message: string,
    readonly exitCode: ExitCode = exitCodes.failed,
  ) {
    super(message);
  }
}
