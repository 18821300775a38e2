/** Of which run date and stage a log line speaks. Workflows hand it to their activities in a header. */
export interface RunMark {
  readonly runDate?: string;
  readonly stage?: string;
}

export const runMarkHeader = 'frontpage-run';
