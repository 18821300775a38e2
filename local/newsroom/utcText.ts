/** Epoch milliseconds as text, much faster than `toISOString` for a stream in time order: the minute is written once. */

const minuteMs = 60_000;
const padded = (count: number, digits: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => String(number).padStart(digits, '0'));
const seconds = padded(60, 2);
const milliseconds = padded(1000, 3);

export class UtcText {
  private minute = Number.NaN;
  private untilMinute = '';

  /** `YYYY-MM-DDTHH:MM:SS.fffZ` */
  of(epochMs: number): string {
    const minute = Math.floor(epochMs / minuteMs);
    if (minute !== this.minute) {
      this.minute = minute;
      this.untilMinute = new Date(minute * minuteMs).toISOString().slice(0, 17);
    }
    const inMinuteMs = epochMs - minute * minuteMs;
    const second = Math.floor(inMinuteMs / 1000);
    return `${this.untilMinute}${seconds[second]}.${milliseconds[inMinuteMs - second * 1000]}Z`;
  }
}
