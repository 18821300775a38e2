/** Once for all test files: the prepared programs, and one AWS emulator. Files read its address from the environment. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../local/emulator';
import { prepare } from '../../local/prepare';
import { freePort, type RunningProgram } from '../../local/processes';

declare global {
  var frontpageEmulator: RunningProgram | undefined;
}

export default async function globalSetup(): Promise<void> {
  prepare((line) => console.log(line));
  const port = await freePort();
  const dir = mkdtempSync(join(tmpdir(), 'frontpage-test-'));
  globalThis.frontpageEmulator = await startEmulator({ port, logFile: join(dir, 'emulator.log') });
  process.env['TEST_AWS_ENDPOINT'] = `http://127.0.0.1:${port}`;
}
