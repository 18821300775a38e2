/** Help for what there is not: refused like the command itself, where Commander would show the help of what stands above it. */
import type { Command } from 'commander';

const helpWords = new Set(['--help', '-h', 'help']);

/** The command line as it is to be read: of one that asks for help on no command, the name that is none, and no wish for help. */
export function withoutHelpOnNothing(program: Command, args: readonly string[]): readonly string[] {
  if (!args.some((arg) => helpWords.has(arg))) return args;
  const path: string[] = [];
  let command = program;
  for (const name of args.filter((arg) => !arg.startsWith('-') && !helpWords.has(arg))) {
    if (command.commands.length === 0) return args;
    path.push(name);
    const found = command.commands.find((each) => each.name() === name);
    if (found === undefined) return path;
    command = found;
  }
  return args;
}
