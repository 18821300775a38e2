/** When readers come: the daily curve, days with more news than others, and election night. */
import type { Random } from './random';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** Clicks in an hour of UTC, relative: the busiest has 19 times the quietest. */
const readingCurve = [5, 3, 2, 1.2, 1, 1.6, 4, 8, 12, 15, 17, 18, 19, 18, 16, 15, 15, 16, 17, 18, 17, 15, 12, 8];
const curveSum = readingCurve.reduce((sum, weight) => sum + weight, 0);

const newsSigma = 0.27;
const workday = 1.1;
const weekend = 0.75;

/** Hours of UTC, from and to, and how many times the usual load they bring. */
export const electionNight = { fromHour: 18, toHour: 21, factor: 50 } as const;

export class Rhythm {
  private readonly dayFactors = new Map<number, number>();

  constructor(
    private readonly random: Random,
    private readonly electionDayMs: number | undefined,
  ) {}

  /** Share of an average day's clicks that come in an hour at this time's rate, without an election. */
  usualHourShare(nowMs: number): number {
    const hour = new Date(nowMs).getUTCHours();
    return ((readingCurve[hour] ?? 0) / curveSum) * this.dayFactor(nowMs);
  }

  isElectionNight(nowMs: number): boolean {
    if (this.electionDayMs === undefined) return false;
    const hour = (nowMs - this.electionDayMs) / hourMs;
    return hour >= electionNight.fromHour && hour < electionNight.toHour;
  }

  private dayFactor(nowMs: number): number {
    const day = Math.floor(nowMs / dayMs);
    let factor = this.dayFactors.get(day);
    if (factor === undefined) {
      const ofWeek = new Date(nowMs).getUTCDay() % 6 === 0 ? weekend : workday;
      factor = ofWeek * Math.exp(newsSigma * this.random.normal() - newsSigma ** 2 / 2);
      this.dayFactors.set(day, factor);
    }
    return factor;
  }
}
