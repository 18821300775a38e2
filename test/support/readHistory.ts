/**
 * Judges what readers saw while sets were published and rolled back, as Jepsen judges databases: from the history alone and the
 * truth of what each version holds. Knows nothing of how the lists are served.
 */

/** The live pointer moved to `version` at some instant from `startedAtMs` to `endedAtMs`. */
export interface Move {
  readonly kind: 'publish' | 'rollback';
  readonly version: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

interface ReadTimes {
  /** Whose reads follow one another: the next is made after the one before has returned. */
  readonly client: string;
  readonly invokedAtMs: number;
  readonly returnedAtMs: number;
}

export type Read = ReadTimes &
  (
    | {
        /** `own`: the reader's list. `absent`: a whole answer that says that there is none. */
        readonly status: 'own' | 'absent';
        readonly user: string;
        readonly version: string;
        /** Of the list; of no meaning when absent. */
        readonly hash: string;
      }
    /** Marked as the best known without the table. It may be of an old version, but not of one older than this client saw. */
    | { readonly status: 'degraded'; readonly version: string | null }
    | { readonly status: 'refused' }
  );

export interface ReadHistory {
  /** In the order in which they took effect. */
  readonly moves: readonly Move[];
  readonly reads: readonly Read[];
}

export interface Truth {
  /** The hash of the list that the version holds for the reader; `undefined` when it holds none. */
  readonly hashOf: (version: string, user: string) => string | undefined;
  /** How long after its end a version may still be served. */
  readonly cacheMs: number;
}

export interface ReadVerdict {
  readonly reads: number;
  readonly degraded: number;
  readonly refused: number;
  /** Lists that are not the one that the answer's version holds, or of a version that was not published. */
  readonly mixedVersions: number;
  /** Answers without the list that their version holds for the reader. */
  readonly missingLists: number;
  /** Versions older than the client saw before, or served for longer than `cacheMs` after their end. */
  readonly backwardReads: number;
  /** The first few violations, in words. */
  readonly examples: readonly string[];
}

type Violation = 'mixedVersions' | 'missingLists' | 'backwardReads';

const maxExamples = 10;

export function judgeReads({ moves, reads }: ReadHistory, truth: Truth): ReadVerdict {
  const counts = { reads: 0, degraded: 0, refused: 0, mixedVersions: 0, missingLists: 0, backwardReads: 0 };
  const examples: string[] = [];
  const spans = spansByVersion(moves);
  /** The earliest move that can explain all that a client has seen so far. */
  const seen = new Map<string, number>();
  const found = (violation: Violation, what: string, read: Read): void => {
    counts[violation] += 1;
    if (examples.length < maxExamples) examples.push(`${what}: ${JSON.stringify(read)}`);
  };

  for (const read of inOrder(reads)) {
    counts.reads += 1;
    if (read.status === 'refused') {
      counts.refused += 1;
      continue;
    }
    if (read.status === 'degraded') counts.degraded += 1;
    const { version } = read;
    if (version === null) continue;

    const live = spans.get(version)?.filter(({ fromMs }) => fromMs <= read.returnedAtMs) ?? [];
    if (live.length === 0) {
      found('mixedVersions', 'a version that was not published', read);
      continue;
    }
    const atLeast = seen.get(read.client) ?? 0;
    const explains = live.find(({ index }) => index >= atLeast);
    if (explains === undefined) found('backwardReads', 'older than the client saw before', read);
    else {
      seen.set(read.client, explains.index);
      if (read.status !== 'degraded' && live.every(({ toMs }) => toMs + truth.cacheMs < read.invokedAtMs)) {
        found('backwardReads', 'served for too long after its end', read);
      }
    }

    if (read.status === 'degraded') continue;
    const expected = truth.hashOf(version, read.user);
    if (read.status === 'absent' && expected !== undefined) found('missingLists', 'no list', read);
    if (read.status === 'own' && read.hash !== expected) found('mixedVersions', 'not the list of its version', read);
  }
  return { ...counts, examples };
}

/** When a version was live, at the longest: from the start of the move to it to the end of the next. */
interface Span {
  readonly index: number;
  readonly fromMs: number;
  readonly toMs: number;
}

function spansByVersion(moves: readonly Move[]): Map<string, Span[]> {
  const spans = new Map<string, Span[]>();
  for (const [index, { version, startedAtMs }] of moves.entries()) {
    const toMs = moves[index + 1]?.endedAtMs ?? Number.POSITIVE_INFINITY;
    spans.set(version, [...(spans.get(version) ?? []), { index, fromMs: startedAtMs, toMs }]);
  }
  return spans;
}

/** Reads of a client in the order in which it made them. */
function inOrder(reads: readonly Read[]): readonly Read[] {
  const sorted = reads.toSorted((a, b) => a.invokedAtMs - b.invokedAtMs);
  const lastReturn = new Map<string, number>();
  for (const { client, invokedAtMs, returnedAtMs } of sorted) {
    if (invokedAtMs < (lastReturn.get(client) ?? 0)) {
      throw new Error(`reads of client ${client} overlap at ${invokedAtMs}, so their order means nothing`);
    }
    lastReturn.set(client, returnedAtMs);
  }
  return sorted;
}
