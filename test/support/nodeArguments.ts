import { existsSync } from 'node:fs';
import { compiledFile, nodeArguments as nodeArgumentsOf } from '../../local/nodeArguments';

/** Where globalSetup has put the compiled programs; absent outside of jest. */
export const compiledPrograms = process.env['TEST_PROGRAMS'];

/** What node is given to run a program of the repository: compiled where it is, else from its TypeScript. */
export function nodeArguments(file: string): string[] {
  const isCompiled = compiledPrograms !== undefined && existsSync(compiledFile(compiledPrograms, file));
  return nodeArgumentsOf(file, isCompiled ? compiledPrograms : undefined);
}

export const sourceArguments = (file: string): string[] => nodeArgumentsOf(file, undefined);
