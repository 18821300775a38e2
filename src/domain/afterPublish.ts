/** What comes after a publish, for the report and, in one line, for a human. */
import type { ServingHealth } from './servingHealth';

/** How serving did, and, when it did worse, what came of it. */
export interface PublishWatch {
  readonly health: ServingHealth;
  readonly reaction?: WatchReaction;
}

export type WatchReaction =
  | { readonly kind: 'rolled back'; readonly to: string }
  | { readonly kind: 'left alone'; readonly why: string };

/** What a run swept; the next run makes up for a sweep that failed. */
export type SweepMark = SweptVersions | { readonly failed: string };

export interface SweptVersions {
  readonly kept: readonly string[];
  readonly swept: readonly SweptVersion[];
}

export interface SweptVersion {
  readonly version: string;
  readonly outcome:
    | 'removed'
    /** Its shards cannot be read, so nobody knows its keys: its lists expire by themselves. */
    | 'left to the TTL'
    /** It is live, or was live last, or somebody needs it. */
    | 'spared';
  readonly lists: number;
  readonly why?: string;
}

export function describeWatch({ health, reaction }: PublishWatch): string {
  switch (health.verdict) {
    case 'as before':
      return `as before the publish, in ${health.answers} answers`;
    case 'unknown':
      return `not known, so nothing was done: ${health.why}`;
    case 'worse':
      return `worse${describeReaction(reaction)}: ${health.found.join('; ')}`;
  }
}

export function describeSweep(sweep: SweepMark): string {
  if ('failed' in sweep) return `failed, the next run makes up for it: ${sweep.failed}`;
  if (sweep.swept.length === 0) return 'nothing was to be removed';
  return sweep.swept
    .map(({ version, outcome, lists, why }) => {
      const what = outcome === 'removed' ? `removed, ${lists} lists` : outcome;
      return `${version} ${what}${why === undefined ? '' : `: ${why}`}`;
    })
    .join('; ');
}

function describeReaction(reaction: WatchReaction | undefined): string {
  if (reaction === undefined) return '';
  return reaction.kind === 'rolled back'
    ? `, readers are back at ${reaction.to}`
    : `, left alone, since ${reaction.why}`;
}
