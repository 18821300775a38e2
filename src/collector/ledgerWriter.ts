/**
 * Writes the ledger beside the lake: every minute while an hour lasts, once after its end. A store that is away only
 * delays it: the figures stay in the spool until the closed ledger of their hour is written.
 */
import type { ObjectStore } from '../clients/objectStore';
import { ledgerKey } from '../domain/keys';
import { hourStartMs, type Ledger } from '../domain/ledger';
import { runDateOf } from '../domain/runDate';
import type { Spool } from './spool';
import { withTimeout } from './withTimeout';

export interface LedgerWriterOptions {
  readonly spool: Pick<Spool, 'ledgers' | 'forgetHour'>;
  readonly lake: Pick<ObjectStore, 'put'>;
  readonly intervalSeconds: number;
  readonly onFailure: (error: unknown) => void;
}

export interface LedgerWriter {
  /** Writes now what is new; never throws. */
  write(): Promise<void>;
  /** Resolves when nothing is being written any more. */
  stop(): Promise<void>;
}

/** A store that does not answer must not keep later ledgers from being tried. */
const putTimeoutMs = 30_000;

export function startLedgerWriter({ spool, lake, intervalSeconds, onFailure }: LedgerWriterOptions): LedgerWriter {
  let writing: Promise<void> = Promise.resolve();
  /** Hours whose closed ledger is written, and which the spool cannot forget yet. */
  const closed = new Set<string>();

  async function writeAll(): Promise<void> {
    try {
      const ledgers = await spool.ledgers();
      for (const ledger of ledgers) {
        if (!closed.has(ledger.hour)) {
          const body = `${JSON.stringify(ledger)}\n`;
          await withTimeout(lake.put(keyOf(ledger), body, { contentType: 'application/json' }), putTimeoutMs);
        }
        if (!ledger.closed) continue;
        closed.add(ledger.hour);
        spool.forgetHour(ledger.hour);
      }
      for (const hour of closed) if (!ledgers.some((ledger) => ledger.hour === hour)) closed.delete(hour);
    } catch (error) {
      onFailure(error);
    }
  }

  function write(): Promise<void> {
    writing = writing.then(writeAll);
    return writing;
  }

  let waiting = false;
  const timer = setInterval(() => {
    // A store that hangs must not pile up writes behind it.
    if (waiting) return;
    waiting = true;
    void write().then(() => {
      waiting = false;
    });
  }, intervalSeconds * 1000);
  void write();
  return {
    write,
    stop() {
      clearInterval(timer);
      return writing;
    },
  };
}

function keyOf({ spool, hour }: Ledger): string {
  return ledgerKey(runDateOf(hourStartMs(hour)), Number(hour.slice(11)), spool);
}
