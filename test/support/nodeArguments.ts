import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';

/** Where globalSetup has put the compiled programs; absent outside of jest. */
export const compiledPrograms = process.env['TEST_PROGRAMS'];

/** What node is given to run a program of the repository: compiled where it is, else from its TypeScript. */
export function nodeArguments(file: string): string[] {
  const compiled = compiledPrograms && join(compiledPrograms, file.replace(/ts$/, 'js'));
  return compiled !== undefined && existsSync(compiled) ? [compiled] : sourceArguments(file);
}

export function sourceArguments(file: string): string[] {
  return ['--import', require.resolve('tsx'), join(repositoryRoot, file)];
}
