/** How node is told to run a program of the repository: from its TypeScript, or compiled in a folder like the repository. */
import { join } from 'node:path';
import { repositoryRoot } from './prepare';

export const compiledFile = (folder: string, file: string): string => join(folder, file.replace(/ts$/, 'js'));

/** `compiled`: the folder of the compiled programs; without it the file is run from its TypeScript. `imports` are run before it. */
export function nodeArguments(file: string, compiled: string | undefined, imports: readonly string[] = []): string[] {
  const place = (name: string): string =>
    compiled === undefined ? join(repositoryRoot, name) : compiledFile(compiled, name);
  return [
    ...(compiled === undefined ? ['--import', require.resolve('tsx')] : []),
    ...imports.flatMap((name) => ['--import', place(name)]),
    place(file),
  ];
}
