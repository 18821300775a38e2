/**
 * Chromium for tests that must see what a reader of a page sees. Debian's own is used; where there is none, it is installed
 * once, when the tests may do that. A test never passes because no browser was there.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

export class NoBrowser extends Error {
  override readonly name = 'NoBrowser';
}

export interface TestBrowser {
  /** A window of its own: nothing is shared with another. */
  open(options?: BrowserContextOptions): Promise<BrowserContext>;
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = chromiumPath();
  const profile = mkdtempSync(join(tmpdir(), 'frontpage-browser-'));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: [
      // Chromium refuses its sandbox to root, who runs the tests in a container.
      ...(isRoot() ? ['--no-sandbox'] : []),
      '--disable-gpu',
      '--disable-quic',
      '--disable-dev-shm-usage',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    env: { ...process.env, HOME: profile },
  });
  return {
    open: (options) => browser.newContext(options),
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** For all tests of the file that calls this. */
export function browserOfFile(): () => TestBrowser {
  let started: TestBrowser | undefined;
  beforeAll(async () => {
    started = await startBrowser();
    // Installing takes a minute or two, once.
  }, 300_000);
  afterAll(() => started?.close());
  return () => {
    if (started === undefined) throw new Error('the browser is started before the first test');
    return started;
  };
}

function chromiumPath(): string {
  const asked = process.env['FRONTPAGE_CHROMIUM'];
  if (asked !== undefined && asked !== '') {
    if (isProgram(asked)) return asked;
    throw new NoBrowser(`FRONTPAGE_CHROMIUM names no program: ${asked}`);
  }
  return found() ?? installed();
}

function found(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find((path) => isProgram(path));
}

function installed(): string {
  if (!isRoot() || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new NoBrowser(
      `no Chromium was found (${names.join(', ')}): install one, or name it in the environment variable FRONTPAGE_CHROMIUM`,
    );
  }
  // Test files run beside each other, and one installation at a time is all that apt allows.
  const script = 'command -v chromium || { apt-get update && apt-get install -y --no-install-recommends chromium; }';
  const run = spawnSync('flock', [join(tmpdir(), 'frontpage-chromium.lock'), 'sh', '-c', script], {
    encoding: 'utf8',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (run.status !== 0) {
    throw new NoBrowser(`no Chromium was found, and installing Debian's package chromium failed: ${run.stderr.trim()}`);
  }
  const path = found();
  if (path === undefined) throw new NoBrowser('the package chromium was installed and has no program in the PATH');
  return path;
}

const isRoot = (): boolean => process.getuid?.() === 0;

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
