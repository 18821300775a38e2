/** `frontpage import` as the process that operators run. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { daysOf } from '../../src/clicklog/hourFiles';
import { runProgram } from '../support/runProgram';
import { clickAt, folderOf, globoHeader, globoRow, linesOf, temporaryFolder } from './logFixtures';

async function runCommand(...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  const program = runProgram('src/cli.ts', {}, args.includes('--json') ? args : [...args, '--human']);
  const [code] = await once(program.child, 'close');
  return { code, output: program.output() };
}

test('import globo writes the hours and prints what it found', async () => {
  const to = join(temporaryFolder(), 'imported');
  const from = folderOf({
    'clicks_hour_000.csv': [globoHeader, globoRow(1, 1, 10, Date.UTC(2017, 9, 3)), 'oops', ''].join('\n'),
  });
  const { code, output } = await runCommand('import', 'globo', from, to, '--skip-bad-lines');
  expect(output).toContain(`1 clicks from 1 file are in ${to}`);
  expect(output).toMatch(/2017-10-03 +1 +1 +1\n/);
  expect(output).toContain('1 bad lines skipped');
  expect(code).toBe(0);
  expect(await daysOf(to)).toEqual(['2017-10-03']);
});

test('import clicks prints JSON when asked', async () => {
  const to = join(temporaryFolder(), 'imported');
  const from = folderOf({ 'log.ndjson': linesOf(clickAt('2025-03-01T10:00:00.000Z', '1')) });
  const { code, output } = await runCommand('import', 'clicks', from, to, '--json');
  expect(JSON.parse(output)).toMatchObject({ clicks: 1, days: [{ day: '2025-03-01', clicks: 1 }] });
  expect(code).toBe(0);
});

test('a bad line ends the command with one sentence and exit code 1', async () => {
  const to = join(temporaryFolder(), 'imported');
  const from = folderOf({ 'log.ndjson': 'oops\n' });
  const { code, output } = await runCommand('import', 'clicks', from, to);
  expect(output.trim().split('\n')).toEqual([
    `${join(from, 'log.ndjson')}:1: the line is not JSON; correct the line, or give --skip-bad-lines`,
  ]);
  expect(code).toBe(1);
  expect(existsSync(to)).toBe(false);
});
