/** docs/cli.md and the program say the same: commands, arguments, options, exit codes. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { repositoryRoot } from '../../local/prepare';
import { buildProgram } from '../../src/cli';
import { exitCodes } from '../../src/cli/exitCodes';
import { fakeTerminal } from './fakeTerminal';

const text = readFileSync(join(repositoryRoot, 'docs', 'cli.md'), 'utf8');
const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');

const sections = new Map(
  text
    .split(/^### /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section] as const),
);
const program = buildProgram({ terminal: fakeTerminal(), endWith: () => undefined });
const commands = leavesOf(program, 'frontpage');

function leavesOf(command: Command, path: string): { readonly title: string; readonly command: Command }[] {
  return command.commands.flatMap((child) => {
    const name = `${path} ${child.name()}`;
    if (child.commands.length > 0) return leavesOf(child, name);
    const args = child.registeredArguments.map((arg) => (arg.required ? `<${arg.name()}>` : `[${arg.name()}]`));
    return [{ title: [name, ...args].join(' '), command: child }];
  });
}

/** The first cells of the table's rows that begin with this. */
function firstCells(section: string, start: string): string[] {
  return [...section.matchAll(/^\| `?([^`|]+?)`? \|/gm)].flatMap(([, cell]) => (cell?.startsWith(start) ? [cell] : []));
}

describe('docs/cli.md', () => {
  it('has a section for each command with its arguments, and none for a command that is gone', () => {
    expect([...sections.keys()].filter((title) => title.startsWith('frontpage ')).sort()).toEqual(
      commands.map(({ title }) => title).sort(),
    );
  });

  it.each(commands)('has the options of $title, and only those', ({ title, command }) => {
    const own = command.options.map(({ flags }) => flags).filter((flags) => flags !== '--json' && flags !== '--human');
    expect(firstCells(sections.get(title) ?? '', '--').sort()).toEqual(own.sort());
  });

  it.each(commands)('is right that $title has both forms of output', ({ command }) => {
    expect(command.options.map(({ flags }) => flags)).toEqual(expect.arrayContaining(['--json', '--human']));
  });

  it('has the exit codes of the program, and only those', () => {
    const section = /^## Exit codes\n([^]*?)^## /m.exec(text)?.[1] ?? '';
    expect([...section.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code))).toEqual(Object.values(exitCodes));
  });
});

describe('the README', () => {
  it('names each command', () => {
    const table = /^## Operate it\n([^]*?)^## /m.exec(readme)?.[1] ?? '';
    const missing = commands
      .map(({ title }) => title.split(' ')[1] ?? '')
      .filter((name) => !new RegExp(`[\` ]${name}[\` ]`).test(table));
    expect(missing).toEqual([]);
  });
});
