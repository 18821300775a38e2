/** What the machine must be like that a program of Frontpage runs on. */
import { minuteMs } from './durations';
import { broken, doubtful, fine, type Judgement } from './finding';

const warnSkewMs = 5_000;
/** Beyond five minutes AWS refuses what is signed by such a clock. */
const maxSkewMs = 5 * minuteMs;

/** The clock of a server as its answer tells it, in whole seconds, and ours before and after. */
export interface ClockReading {
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  readonly serverAtMs: number;
}

/** Ahead is positive. The server's second may be over by up to one; the answer may have been written at any time between. */
export function judgeClock({ askedAtMs, answeredAtMs, serverAtMs }: ClockReading): Judgement {
  const earliest = serverAtMs - answeredAtMs;
  const latest = serverAtMs + 1000 - askedAtMs;
  const skewMs = earliest > 0 ? earliest : latest < 0 ? latest : 0;
  const found =
    skewMs === 0
      ? 'as the clock of S3'
      : `${(Math.abs(skewMs) / 1000).toFixed(1)} s ${skewMs > 0 ? 'behind' : 'ahead of'} the clock of S3`;
  const mend = 'let a time service set the clock (chrony, systemd-timesyncd)';
  if (Math.abs(skewMs) > maxSkewMs) return broken(`${found}: AWS refuses what is signed by it`, mend);
  return Math.abs(skewMs) > warnSkewMs ? doubtful(found, mend) : fine(found);
}

/** As `engines` in package.json has it. */
export const minNodeVersion = '20.19.0';

export function judgeNode(version: string): Judgement {
  return atLeast(version, minNodeVersion)
    ? fine(version)
    : broken(`${version}, wanted ${minNodeVersion} or newer`, 'install a newer Node.js');
}

function atLeast(version: string, least: string): boolean {
  const [have, want] = [version, least].map((text) => text.split('.').map(Number));
  for (const [index, wanted] of (want ?? []).entries()) {
    const part = have?.[index] ?? 0;
    if (part !== wanted) return part > wanted;
  }
  return true;
}

/** Of the spool's folder; the spool may grow to `maxBytes`. */
export function judgeSpoolDisk(freeBytes: number, maxBytes: number): Judgement {
  const mb = (bytes: number): string => `${Math.floor(bytes / 2 ** 20)} MB`;
  return freeBytes >= maxBytes
    ? fine(`${mb(freeBytes)} free, the spool may take ${mb(maxBytes)}`)
    : doubtful(
        `${mb(freeBytes)} free, and the spool may take ${mb(maxBytes)}`,
        'give the folder of COLLECTOR_SPOOL_DIR more room, or lower COLLECTOR_SPOOL_MAX_MB',
      );
}
