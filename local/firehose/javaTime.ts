/** The part of Java's DateTimeFormatter patterns that Firehose prefixes are written in: numeric fields, in UTC. */

export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern';
}

const dayMs = 24 * 3600 * 1000;

/** One letter's field for its number of letters; a number is padded to that many digits. */
function fieldOf(letter: string, count: number): ((at: Date) => string) | undefined {
  const number = (maxCount: number, read: (at: Date) => number) =>
    count > maxCount ? undefined : (at: Date) => String(read(at)).padStart(count, '0');
  switch (letter) {
    case 'y':
    case 'u':
      if (count === 2) return (at) => String(at.getUTCFullYear() % 100).padStart(2, '0');
      return number(9, (at) => at.getUTCFullYear());
    case 'M':
      return number(2, (at) => at.getUTCMonth() + 1);
    case 'd':
      return number(2, (at) => at.getUTCDate());
    case 'D':
      return number(3, (at) => 1 + Math.floor((at.getTime() - Date.UTC(at.getUTCFullYear(), 0, 1)) / dayMs));
    case 'H':
      return number(2, (at) => at.getUTCHours());
    case 'm':
      return number(2, (at) => at.getUTCMinutes());
    case 's':
      return number(2, (at) => at.getUTCSeconds());
    case 'S':
      if (count > 9) return undefined;
      return (at) => String(at.getUTCMilliseconds()).padStart(3, '0').padEnd(9, '0').slice(0, count);
    default:
      return undefined;
  }
}

/** Letters of one kind, text in single quotes (two quotes are one), or any other character as it is. */
const token = /([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']|'/g;

/** Throws UnsupportedPattern naming what it cannot format. */
export function compileTimePattern(pattern: string): (atMs: number) => string {
  const parts = [...pattern.matchAll(token)].map(([text, letter, quoted]) => {
    if (quoted !== undefined) return () => (quoted === '' ? "'" : quoted.replaceAll("''", "'"));
    if (letter === undefined && !"'[]{}#".includes(text)) return () => text;
    const field = fieldOf(letter ?? text, text.length);
    if (!field) throw new UnsupportedPattern(`'${text}' of the timestamp pattern '${pattern}' is not supported`);
    return field;
  });
  return (atMs) => {
    const at = new Date(atMs);
    return parts.map((part) => part(at)).join('');
  };
}
