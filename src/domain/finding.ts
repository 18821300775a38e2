/** What a doctor says of one thing that Frontpage stands on. */

export type Verdict = 'ok' | 'warning' | 'failure' | 'not checked';

export interface Judgement {
  readonly verdict: Verdict;
  /** What was seen. */
  readonly found: string;
  /** How to mend it; of a warning and of a failure. */
  readonly mend?: string;
}

export interface Finding extends Judgement {
  /** What was looked at. */
  readonly what: string;
}

export const fine = (found: string): Judgement => ({ verdict: 'ok', found });
export const doubtful = (found: string, mend: string): Judgement => ({ verdict: 'warning', found, mend });
export const broken = (found: string, mend: string): Judgement => ({ verdict: 'failure', found, mend });
export const notChecked = (found: string): Judgement => ({ verdict: 'not checked', found });

/** The worst of several, with all that was seen; `calm` when nothing is wrong. */
export function together(problems: readonly Judgement[], calm: string): Judgement {
  if (problems.length === 0) return fine(calm);
  const mends = problems.flatMap(({ mend }) => (mend === undefined ? [] : [mend]));
  return {
    verdict: problems.some(({ verdict }) => verdict === 'failure') ? 'failure' : 'warning',
    found: problems.map(({ found }) => found).join('; '),
    mend: [...new Set(mends)].join('; '),
  };
}
