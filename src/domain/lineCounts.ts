/** What became of the lines that a step of the fresh loop has read. */
import type { CountOutcome } from './freshState';

export interface LineFigures {
  readonly counted: number;
  /** The same reader, article and time again. */
  readonly duplicate: number;
  /** The same reader and article again. */
  readonly repeated: number;
  /** More than one reader may count for, or a reader who is left out for their number. */
  readonly capped: number;
  readonly tooOld: number;
  readonly ahead: number;
  /** Of readers who must be forgotten. */
  readonly erased: number;
  readonly malformed: number;
}

type Figure = keyof LineFigures;

const figureOf: Readonly<Record<CountOutcome, Figure>> = {
  counted: 'counted',
  duplicate: 'duplicate',
  repeated: 'repeated',
  capped: 'capped',
  'too old': 'tooOld',
  ahead: 'ahead',
};

export const noLines: LineFigures = {
  counted: 0,
  duplicate: 0,
  repeated: 0,
  capped: 0,
  tooOld: 0,
  ahead: 0,
  erased: 0,
  malformed: 0,
};

export class LineCounts {
  private readonly sums: Record<Figure, number> = { ...noLines };

  get figures(): LineFigures {
    return { ...this.sums };
  }

  add(figure: Figure, lines = 1): void {
    this.sums[figure] += lines;
  }

  addOutcome(outcome: CountOutcome): void {
    this.add(figureOf[outcome]);
  }
}

export function addLines(a: LineFigures, b: LineFigures): LineFigures {
  return {
    counted: a.counted + b.counted,
    duplicate: a.duplicate + b.duplicate,
    repeated: a.repeated + b.repeated,
    capped: a.capped + b.capped,
    tooOld: a.tooOld + b.tooOld,
    ahead: a.ahead + b.ahead,
    erased: a.erased + b.erased,
    malformed: a.malformed + b.malformed,
  };
}
