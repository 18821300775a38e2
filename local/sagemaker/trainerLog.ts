/** Follows a trainer's log file line by line, and reads metrics from it as MetricDefinitions say. */
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import type { FinalMetric } from './job';
import type { MetricDefinition } from './request';

export class LogFollower {
  private offset = 0;
  private unfinished = '';
  private readonly decoder = new StringDecoder('utf8');

  constructor(private readonly file: string) {}

  /** Whole lines since the last call. */
  read(): string[] {
    const lines = (this.unfinished + this.readNew()).split('\n');
    this.unfinished = lines.pop() ?? '';
    return lines;
  }

  /** Like `read`, with a last line that has no line break. For a trainer that has ended. */
  readToEnd(): string[] {
    const lines = this.read();
    if (this.unfinished !== '') lines.push(this.unfinished);
    this.unfinished = '';
    return lines;
  }

  private readNew(): string {
    const descriptor = openSync(this.file, 'r');
    try {
      const buffer = Buffer.alloc(65_536);
      let text = '';
      for (;;) {
        const length = readSync(descriptor, buffer, 0, buffer.length, this.offset);
        if (length === 0) return text;
        this.offset += length;
        text += this.decoder.write(buffer.subarray(0, length));
      }
    } finally {
      closeSync(descriptor);
    }
  }
}

/** The last value of each metric, as FinalMetricDataList shows it: 32-bit floats, whole seconds. */
export function finalMetrics(
  known: readonly FinalMetric[],
  definitions: readonly MetricDefinition[],
  lines: readonly string[],
  nowMs: number,
): FinalMetric[] {
  const latest = new Map(known.map((metric) => [metric.name, metric]));
  for (const { Name, Regex } of definitions) {
    const pattern = new RegExp(Regex);
    for (const line of lines) {
      const value = Number.parseFloat(pattern.exec(line)?.[1] ?? '');
      if (!Number.isFinite(value)) continue;
      latest.set(Name, { name: Name, value: Math.fround(value), atSeconds: Math.floor(nowMs / 1000) });
    }
  }
  return [...latest.values()];
}
