/**
 * How much readers are drawn to an article as it ages. Editors give an article its place some hours after it was
 * published; from then on it fades, most within hours, a few over days. Before, hardly anybody finds it.
 */
import type { Random } from './random';

const hourMs = 3_600_000;

/** Fitted to the figures of a real portal; test/local/newsroom.test.ts measures them. */
const shape = {
  /** log(drawing power) = spread z + peak z², the latter above the middle only: a few articles take most clicks. */
  powerSpread: 0.8,
  powerPeak: 0.785,
  /** And none takes all: z is not taken higher. */
  highestZ: 3,
  /** Until its place on the page: log-normal. */
  placedAfterMedianHours: 12,
  placedAfterSigma: 0.85,
  beforeItsPlace: 0.002,
  /** Kinds of articles by how long they are read. */
  lives: [
    { share: 0.79, hours: 2.5 },
    { share: 0.11, hours: 20 },
    { share: 0.1, hours: 90 },
  ],
} as const;

/** An article leaves the pages after so long. */
export const shelfHours = 240;

export interface Attention {
  readonly power: number;
  readonly placedAtMs: number;
  readonly lifeMs: number;
}

export function drawAttention(random: Random, publishedAtMs: number): Attention {
  const waitHours = shape.placedAfterMedianHours * Math.exp(shape.placedAfterSigma * random.normal());
  const lifeHours = drawLifeHours(random);
  return {
    // What is read for days is read less at a time.
    power: drawPower(random) / lifeHours,
    placedAtMs: publishedAtMs + waitHours * hourMs,
    lifeMs: lifeHours * hourMs,
  };
}

/** Takes numbers and no `Attention`, for it runs over everything on the pages every few minutes. */
export function attentionAt(power: number, placedAtMs: number, lifeMs: number, nowMs: number): number {
  return power * (nowMs < placedAtMs ? shape.beforeItsPlace : Math.exp((placedAtMs - nowMs) / lifeMs));
}

function drawPower(random: Random): number {
  const z = Math.min(random.normal(), shape.highestZ);
  return Math.exp(shape.powerSpread * z + (z > 0 ? shape.powerPeak * z * z : 0));
}

function drawLifeHours(random: Random): number {
  let left = random.next();
  for (const { share, hours } of shape.lives) {
    left -= share;
    if (left < 0) return hours;
  }
  return shape.lives[0].hours;
}
