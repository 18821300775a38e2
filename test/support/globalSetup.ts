/** Once for all test files: the prepared programs, one AWS emulator, the workflow bundle, the compiled programs. Files read their places from the environment. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DefaultLogger } from '@temporalio/worker';
import { startEmulator } from '../../local/emulator';
import { prepare } from '../../local/prepare';
import { freePort, type RunningProgram } from '../../local/processes';
import { bundleWorkflows } from '../../src/workflowBundle';
import { compilePrograms } from './compilePrograms';

declare global {
  var frontpageEmulator: RunningProgram | undefined;
}

export default async function globalSetup(): Promise<void> {
  prepare((line) => console.log(line));
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-test-'));

  const port = await freePort();
  globalThis.frontpageEmulator = await startEmulator({ port, logFile: join(dir, 'emulator.log') });
  process.env['TEST_AWS_ENDPOINT'] = `http://127.0.0.1:${port}`;

  const { code } = await bundleWorkflows({ logger: new DefaultLogger('ERROR') });
  const bundleFile = join(dir, 'workflow-bundle.js');
  writeFileSync(bundleFile, code);
  process.env['TEST_WORKFLOW_BUNDLE'] = bundleFile;

  const programs = join(dir, 'programs');
  compilePrograms(programs, code);
  process.env['TEST_PROGRAMS'] = programs;
}
