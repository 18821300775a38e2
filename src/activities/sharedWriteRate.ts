/**
 * One write rate for all loads of a worker. Each load brings its share of its run's rate and takes it away when it ends, so
 * wherever the loads of a run happen to be, together they never write faster than the run may; and what one of them learns
 * of the table's limits slows the others too.
 */
import { WriteRate } from '../domain/writeRate';

export class SharedWriteRate {
  private shares: number[] = [];
  private rate: WriteRate | undefined;

  /** Adds a share. The caller must `leave` with it when its load is over, however it ended. */
  join(unitsPerSecond: number): WriteRate {
    this.shares.push(unitsPerSecond);
    this.rate ??= new WriteRate(0, Date.now());
    this.allow();
    return this.rate;
  }

  leave(unitsPerSecond: number): void {
    this.shares.splice(this.shares.indexOf(unitsPerSecond), 1);
    if (this.shares.length === 0) this.rate = undefined;
    else this.allow();
  }

  private allow(): void {
    this.rate?.allow(
      this.shares.reduce((sum, share) => sum + share, 0),
      Date.now(),
    );
  }
}
