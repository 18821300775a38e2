/** What to do about a line that is no click: stop at it, or skip and count it. */
import type { ClickCheck } from '../domain/click';
import { ClickLogError } from './clickLogError';

/** So many are kept word by word. */
const keptMessages = 5;

export interface BadLineSummary {
  readonly count: number;
  /** The first few, each with file, line and reason. */
  readonly first: readonly string[];
}

export class BadLines {
  private count = 0;
  private readonly first: string[] = [];

  constructor(private readonly skip: boolean) {}

  add(file: string, line: number, bad: Extract<ClickCheck, { ok: false }>): void {
    const message = `${file}:${line}: ${bad.field === '' ? 'the line' : bad.field} ${bad.reason}`;
    if (!this.skip) throw new ClickLogError(`${message}; correct the line, or give --skip-bad-lines`);
    this.count += 1;
    if (this.first.length < keptMessages) this.first.push(message);
  }

  summary(): BadLineSummary {
    return { count: this.count, first: this.first };
  }
}
