/** In which form a command answers: lines on a screen, JSON for everything else, or as its options say. */
import { type Command, Option } from 'commander';
import type { Terminal } from './terminal';

export interface OutputOptions {
  readonly json?: true;
  readonly human?: true;
}

export function withOutput(command: Command): Command {
  return command
    .addOption(new Option('--json', 'print JSON, as without a terminal').conflicts('human'))
    .addOption(new Option('--human', 'print lines, as on a terminal'));
}

export function wantsJson({ json, human }: OutputOptions, { isScreen }: Pick<Terminal, 'isScreen'>): boolean {
  return json ?? !(human ?? isScreen);
}

/** Of a command line that has not been parsed, or that cannot be. */
export function outputOptionsOf(args: readonly string[]): OutputOptions {
  return {
    ...(args.includes('--json') ? { json: true } : {}),
    ...(args.includes('--human') ? { human: true } : {}),
  };
}

/** One value, or the lines that tell it to a human. */
export function answer(terminal: Terminal, options: OutputOptions, value: unknown, lines: readonly string[]): void {
  terminal.print(wantsJson(options, terminal) ? JSON.stringify(value, undefined, 2) : lines.join('\n'));
}
