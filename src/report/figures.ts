/** Numbers as people read them: the same unit, the same number of digits, wherever they stand on the page. */

export const notKnown = 'not known';

export const count = (value: number): string => Math.round(value).toLocaleString('en-US');

/** recall@10, NDCG@10 and their bounds: four digits tell two days apart. */
export const quality = (value: number): string => value.toFixed(4);

export const share = (value: number): string => `${(100 * value).toFixed(1)} %`;

/** `value` is a share: 0.05 is +5.0 %. */
export const signedShare = (value: number): string => `${signOf(value)}${share(Math.abs(value))}`;

export const percent = (value: number): string => `${value.toFixed(1)} %`;

export const usd = (value: number | null): string =>
  value === null ? 'price not known' : `$${value === 0 || value >= 1 ? value.toFixed(2) : value.toPrecision(2)}`;

/** `8.2 s`, `4 min 05 s`, `2 h 05 min`. */
export function duration(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  const minutes = Math.round(seconds / 60);
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} min`;
}

/** A figure of a check or a guard, which may be a count or a share. */
export function figure(value: number): string {
  // A figure that could not be worked out comes as null out of JSON.
  if (!Number.isFinite(value)) return 'not measurable';
  if (Number.isInteger(value) || Math.abs(value) >= 100) return count(value);
  return value.toFixed(Math.abs(value) < 1 ? 4 : 2);
}

export const perSecond = (value: number): string => `${value >= 10 ? count(value) : value.toPrecision(2)} a second`;

/** UTC: `2026-11-24 01:05:09`. */
export const instant = (atMs: number): string => new Date(atMs).toISOString().slice(0, 19).replace('T', ' ');

export const plural = (value: number, one: string, many: string): string =>
  `${count(value)} ${value === 1 ? one : many}`;

export const signOf = (value: number): string => (value > 0 ? '+' : value < 0 ? '−' : '');

const twoDigits = (value: number): string => String(value).padStart(2, '0');
