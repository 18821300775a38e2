/** A table in Markdown for the Temporal UI, which leaves no room between columns: each cell brings its own. */

const room = '\u2003';

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)];
}

/** What would end a cell before its time, a bar or a line break, is taken out of it. */
function line(cells: readonly string[]): string {
  return `| ${cells.map((cell) => `${cell.replaceAll(/[|\n]/g, ' ')}${room}`).join(' | ')} |`;
}
