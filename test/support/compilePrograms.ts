/**
 * The programs of the repository as plain JavaScript, with the workflow bundle beside the worker, as an image holds them. Started from
 * TypeScript each would load the compiler, and a worker bundle the workflows: seconds of a processor for every start.
 */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { transformSync } from '@swc/core';
import { compiledFile } from '../../local/nodeArguments';
import { repositoryRoot } from '../../local/prepare';

const compiledFolders = ['src', 'local', 'test/chaos'];
/** What programs find beside their folders. */
const linked = ['node_modules', '.venv', 'portal'];

/** Into a folder laid out as the repository; it is made. */
export function compilePrograms(folder: string, workflowBundle: string): void {
  for (const part of compiledFolders) {
    for (const name of readdirSync(join(repositoryRoot, part), { recursive: true, encoding: 'utf8' })) {
      if (/(?<!\.test)\.m?ts$/.test(name)) compile(join(part, name), folder);
    }
  }
  writeFileSync(join(folder, 'src/workflow-bundle.js'), workflowBundle);
  for (const name of linked) symlinkSync(join(repositoryRoot, name), join(folder, name));
}

function compile(file: string, folder: string): void {
  const { code } = transformSync(readFileSync(join(repositoryRoot, file), 'utf8'), {
    configFile: false,
    swcrc: false,
    filename: file,
    jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
    module: file.endsWith('.mts') ? { type: 'es6' } : { type: 'commonjs', ignoreDynamic: true },
  });
  const compiled = compiledFile(folder, file);
  mkdirSync(dirname(compiled), { recursive: true });
  writeFileSync(compiled, code);
}
