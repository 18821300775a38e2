/** A page in memory that runs the beacon: its storage, its clock, its network and its closing are in the hand of the test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, createContext, runInContext } from 'node:vm';
import { repositoryRoot } from '../../local/prepare';

export const collector = 'https://clicks.example.org/v1/clicks';
const beacon = readFileSync(join(repositoryRoot, 'portal', 'beacon.js'), 'utf8');

export interface SentClick {
  readonly event_id: string;
  readonly user_id: string;
  readonly article_id: string;
  readonly occurred_at: string;
  readonly section?: string;
  readonly session_id?: string;
  readonly referrer?: string;
}

/** What a browser keeps of a site from one page to the next. */
export class FakeStorage {
  readonly items = new Map<string, string>();
  /** As where the reader has forbidden it: every use throws. */
  isBlocked = false;

  getItem(name: string): string | null {
    this.refuseWhenBlocked();
    return this.items.get(name) ?? null;
  }

  setItem(name: string, value: string): void {
    this.refuseWhenBlocked();
    this.items.set(name, value);
  }

  removeItem(name: string): void {
    this.refuseWhenBlocked();
    this.items.delete(name);
  }

  private refuseWhenBlocked(): void {
    if (this.isBlocked) throw new Error('SecurityError');
  }
}

export interface PageOptions {
  /** Of the script's element; `undefined` takes one away. */
  readonly data?: Readonly<Record<string, string | undefined>>;
  readonly navigator?: Readonly<Record<string, unknown>>;
  readonly window?: Readonly<Record<string, unknown>>;
  readonly document?: Readonly<Record<string, unknown>>;
  readonly local?: FakeStorage;
}

export class FakePage {
  /** Bodies of requests, and those that were given to the browser as the page was left. */
  readonly requests: SentClick[][] = [];
  readonly beacons: SentClick[][] = [];
  /** Pauses that the beacon asked for, in milliseconds, oldest first. */
  readonly pauses: number[] = [];
  readonly warnings: unknown[] = [];
  readonly local: FakeStorage;
  /** The answer to requests: a status, or no answer at all. */
  status: number | 'unreachable' = 202;
  nowMs = Date.parse('2026-11-23T10:00:00.000Z');
  private readonly listeners = new Map<string, () => void>();
  private readonly timers = new Map<number, () => void>();
  private readonly document: { hidden: boolean } & Record<string, unknown>;
  private readonly context: Context;

  constructor({ data = {}, navigator = {}, window = {}, document = {}, local = new FakeStorage() }: PageOptions = {}) {
    this.local = local;
    const addEventListener = (name: string, heard: () => void): void => void this.listeners.set(name, heard);
    this.document = {
      hidden: false,
      referrer: '',
      currentScript: { dataset: { collector, consent: 'true', ...data } },
      addEventListener,
      ...document,
    };
    this.context = createContext({
      document: this.document,
      localStorage: local,
      sessionStorage: new FakeStorage(),
      navigator: { sendBeacon: (_url: string, body: string) => this.beacons.push(JSON.parse(body)) > 0, ...navigator },
      location: { origin: 'https://news.example.org' },
      crypto: globalThis.crypto,
      console: { warn: (...told: unknown[]) => this.warnings.push(told) },
      addEventListener,
      fetch: (_url: string, { body }: { body: string }) => this.answer(JSON.parse(body)),
      setTimeout: (work: () => void, ms: number) => this.later(work, ms),
      clearTimeout: (timer: number) => void this.timers.delete(timer),
      clockOfPage: () => this.nowMs,
      ...window,
    });
    runInContext('window = globalThis; Date.now = clockOfPage;', this.context);
    runInContext(beacon, this.context);
  }

  get sent(): SentClick[] {
    return this.requests.flat();
  }

  /** Everything that waits, runs; as often as it takes until the beacon only waits to try again. */
  async settle(): Promise<void> {
    for (const [timer, work] of [...this.timers]) {
      this.timers.delete(timer);
      work();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** What the page itself calls. */
  call(name: 'click' | 'consent', ...given: unknown[]): void {
    runInContext(`frontpage.${name}(${given.map((value) => JSON.stringify(value)).join(', ')})`, this.context);
  }

  hear(event: 'online' | 'pagehide' | 'prerenderingchange'): void {
    this.listeners.get(event)?.();
  }

  turn(side: 'hidden' | 'visible'): void {
    this.document.hidden = side === 'hidden';
    this.listeners.get('visibilitychange')?.();
  }

  private async answer(clicks: SentClick[]): Promise<{ ok: boolean; status: number }> {
    this.requests.push(clicks);
    if (this.status === 'unreachable') throw new TypeError('Failed to fetch');
    return { ok: this.status < 300, status: this.status };
  }

  private later(work: () => void, ms: number): number {
    this.pauses.push(ms);
    const timer = this.pauses.length;
    this.timers.set(timer, work);
    return timer;
  }
}
