/** When numbers were given out, to the second: how old the oldest click is that has not been delivered. Bounded memory. */
const maxMarks = 1024;

interface Mark {
  /** The first number of the time. */
  readonly number: number;
  readonly atMs: number;
}

export class AgeMarks {
  private marks: Mark[] = [];

  add(number: number, atMs: number): void {
    const last = this.marks.at(-1);
    if (last !== undefined && atMs - last.atMs < 1000) return;
    this.marks.push({ number, atMs });
    // Coarser, and never younger than the truth: a number between two marks counts from the earlier one.
    if (this.marks.length > maxMarks) this.marks = this.marks.filter((_, index) => index % 2 === 0);
  }

  /** Age of the first number after `through`; call it only while there is one. */
  oldestAgeMs(through: number, nowMs: number): number {
    while ((this.marks[1]?.number ?? Number.POSITIVE_INFINITY) <= through + 1) this.marks.shift();
    return Math.max(0, nowMs - (this.marks[0]?.atMs ?? nowMs));
  }
}
