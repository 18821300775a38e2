/** Sets of the bench's events, which are numbered: one bit each, so that millions cost little and compare quickly. */
export class EventBits {
  private bits = new Uint8Array(1 << 16);

  add(event: number): void {
    const at = event >> 3;
    if (at >= this.bits.length) {
      const longer = new Uint8Array(Math.max(this.bits.length * 2, at + 1));
      longer.set(this.bits);
      this.bits = longer;
    }
    this.bits[at] = (this.bits[at] ?? 0) | (1 << (event & 7));
  }

  bytes(): Uint8Array {
    return this.bits;
  }
}

/** How many are in `all` and, of those, how many are not in `others`. */
export function compare(all: Uint8Array, others: Uint8Array): { count: number; missing: number } {
  let count = 0;
  let missing = 0;
  for (const [at, bits] of all.entries()) {
    count += ones(bits);
    missing += ones(bits & ~(others[at] ?? 0));
  }
  return { count, missing };
}

function ones(bits: number): number {
  let count = 0;
  for (let rest = bits; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/** Width is fixed, so that a sender can write the number into a body that is built already. */
export const eventDigits = 12;
export const eventIdOf = (event: number): string => `b${String(event).padStart(eventDigits, '0')}`;
