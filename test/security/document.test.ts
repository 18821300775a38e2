/** docs/security.md names a test for each threat; this holds it to that. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const document = readFileSync(join(root, 'docs/security.md'), 'utf8');

interface Named {
  readonly places: readonly string[];
  readonly titles: readonly string[];
}

/** The last column of the tables of threats: `` `file`: *title*, *title*; `file` ``. */
function named(): Named[] {
  const rows = [...document.matchAll(/^\| [STRIDE] \|.*\| ([^|]+) \|$/gm)].map((match) => match[1] ?? '');
  return rows.flatMap((column) =>
    column.split('; ').map((entry) => ({
      places: [...entry.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''),
      titles: [...entry.matchAll(/\*([^*]+)\*/g)].map((match) => match[1] ?? ''),
    })),
  );
}

/** Text of a test file, or of all files of the fuzzer, which names its targets itself. Tests of the trainer have their path. */
function sourceOf(place: string): string {
  if (place.endsWith('.py')) return readFileSync(join(root, place), 'utf8');
  const file = join(root, 'test', `${place}.test.ts`);
  const folder = join(root, 'test', place);
  const more =
    existsSync(folder) && statSync(folder).isDirectory() ? readdirSync(folder).map((name) => join(folder, name)) : [];
  return [file, ...more].map((path) => readFileSync(path, 'utf8')).join('\n');
}

it('each threat has a test, which is there under its name', () => {
  const all = named();
  expect(all.length).toBeGreaterThan(40);
  const missing = all.flatMap(({ places, titles }) => {
    if (places.length === 0) return ['an entry that names no file'];
    const source = places.map(sourceOf).join('\n');
    return titles
      .flatMap((title) => title.split('…'))
      .map((part) => part.trim())
      .filter((part) => !source.includes(part))
      .map((part) => `${places.join()}: ${part}`);
  });
  expect(missing).toEqual([]);
});

it('each file that holds a control is there', () => {
  const files = [...document.matchAll(/`((?:src|local|infra|trainer)\/[\w./-]+\.(?:ts|sh|py))`/g)].map(
    (match) => match[1] ?? '',
  );
  expect(files.length).toBeGreaterThan(30);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
