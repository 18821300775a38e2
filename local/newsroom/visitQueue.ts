/** The visits that go on at a moment, the one with the next click first: a binary heap. */

export interface Visit {
  nextAtMs: number;
  clicksLeft: number;
  readonly readerIndex: number;
  readonly sessionId: string;
  readonly referrer: string;
  readonly forElection: boolean;
}

export class VisitQueue {
  private readonly heap: Visit[] = [];

  first(): Visit | undefined {
    return this.heap[0];
  }

  add(visit: Visit): void {
    let position = this.heap.length;
    this.heap.push(visit);
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = this.heap[parent];
      if (above === undefined || above.nextAtMs <= visit.nextAtMs) break;
      this.heap[position] = above;
      position = parent;
    }
    this.heap[position] = visit;
  }

  removeFirst(): void {
    const last = this.heap.pop();
    if (last === undefined || this.heap.length === 0) return;
    this.heap[0] = last;
    this.sink();
  }

  /** Puts the first visit where its changed time belongs. */
  sink(): void {
    const visit = this.heap[0];
    if (visit === undefined) return;
    let position = 0;
    for (;;) {
      const left = 2 * position + 1;
      const right = left + 1;
      const leftVisit = this.heap[left];
      const rightVisit = this.heap[right];
      const child =
        rightVisit !== undefined && leftVisit !== undefined && rightVisit.nextAtMs < leftVisit.nextAtMs ? right : left;
      const below = this.heap[child];
      if (below === undefined || below.nextAtMs >= visit.nextAtMs) break;
      this.heap[position] = below;
      position = child;
    }
    this.heap[position] = visit;
  }
}
