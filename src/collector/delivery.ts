/**
 * From the spool to the delivery stream, in the background: reads what is durable, hands it to the packer, and tells the
 * spool what was acknowledged. Reads ahead only so far, so that memory stays the same whether a second or an hour waits.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Packer } from './packer';
import type { Spool } from './spool';

export interface DeliveryOptions {
  readonly spool: Pick<Spool, 'read' | 'delivered'>;
  readonly packer: Packer;
  readonly pieceBytes: number;
  /** After a piece that was not full, so that reading costs little while clicks trickle in. */
  readonly pauseMs: number;
  /** Read and not yet acknowledged. */
  readonly windowBytes: number;
  readonly onTrouble: (error: unknown) => void;
}

export interface Delivery {
  /** Delivers what the spool still has, once that is closing; gives up after so long and leaves the rest on disk. */
  drain(timeoutMs: number): Promise<void>;
}

/** A disk that fails to read may do better a second later. */
const readAgainMs = 1000;

export function startDelivery(options: DeliveryOptions): Delivery {
  const { spool, packer, pieceBytes, pauseMs } = options;
  const stopping = new AbortController();
  const ahead = { bytes: 0 };
  let wake = (): void => undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      while (ahead.bytes >= options.windowBytes) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const piece = await readPiece();
      if (piece === undefined) return;
      ahead.bytes += piece.data.length;
      void packer.deliver(piece.data).then(() => {
        spool.delivered(piece);
        ahead.bytes -= piece.data.length;
        wake();
      });
      if (piece.data.length < pieceBytes / 2) await sleep(pauseMs);
    }
  }

  async function readPiece() {
    for (;;) {
      try {
        return await spool.read(pieceBytes);
      } catch (error) {
        options.onTrouble(error);
        if (stopping.signal.aborted) return undefined;
        await sleep(readAgainMs);
      }
    }
  }

  const running = run();
  return {
    async drain(timeoutMs) {
      const late = new AbortController();
      await Promise.race([
        running.then(() => packer.drain()),
        sleep(timeoutMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined),
      ]);
      late.abort();
      stopping.abort();
      packer.stop();
    },
  };
}
