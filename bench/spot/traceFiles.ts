/** Spot availability traces as published by skypilot-org/spot-traces: JSON files with one sample each `gap_seconds`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Trace } from './window';

const fileSchema = z.object({
  metadata: z.object({ gap_seconds: z.number().positive() }),
  /** Above 0: available. */
  data: z.array(z.number()).min(1),
});

export class InvalidTraces extends Error {
  override readonly name = 'InvalidTraces';
}

export function readTraces(folder: string): Trace[] {
  const names = namesIn(folder);
  if (names.length === 0) throw new InvalidTraces(`${folder} holds no trace: it needs files that end in .json`);
  return names.map((name) => readTrace(join(folder, name), name));
}

function namesIn(folder: string): string[] {
  try {
    const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.json')).sort();
  } catch (cause) {
    throw new InvalidTraces(`${folder} is not a folder that can be read: ${String(cause)}`, { cause });
  }
}

function readTrace(path: string, name: string): Trace {
  try {
    const { metadata, data } = fileSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    return { name, gapMs: Math.round(metadata.gap_seconds * 1000), available: data.map((value) => value > 0) };
  } catch (cause) {
    const what = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new InvalidTraces(`${path} is not a trace {"metadata":{"gap_seconds":…},"data":[…]}: ${what}`, { cause });
  }
}
