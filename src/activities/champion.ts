/** The champion: the lists that readers get now, as far as a candidate can be compared with them. */
import type { RecommendationTable } from '../clients/recommendationTable';
import { popularPk, readerPk, versionSk } from '../domain/keys';
import type { RunDate } from '../domain/runDate';
import type { StoredList } from '../domain/storedList';

/** The table's port reads no more at once. */
export const championBatch = 100;

export interface Champion {
  readonly version: string;
  readonly popular: readonly string[];
  /** Of at most `championBatch` readers, those who have a list. */
  lists(readers: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
}

/** Of the set that is live: its readers, and the champion, or why it is none. */
export interface LiveSet {
  readonly readers?: number;
  /** What it is blended with, as in its record. */
  readonly blend?: string;
  readonly champion?: Champion;
  readonly without?: string;
}

export async function findChampion(table: RecommendationTable, runDate: RunDate, nowMs: number): Promise<LiveSet> {
  const live = await table.live();
  if (live === undefined) return { without: 'nothing is live yet' };
  const { version } = live;
  const record = (await table.versions()).find((candidate) => candidate.version === version);
  const of = {
    ...(record === undefined ? {} : { readers: record.readers }),
    ...(record?.blend === undefined ? {} : { blend: record.blend }),
  };
  if (live.runDate >= runDate) {
    return { ...of, without: `version ${version}, which is live, has learned from the holdout itself` };
  }
  const sk = versionSk(version);
  const unexpired = ({ expiresAt }: StoredList): boolean => expiresAt * 1000 > nowMs;
  const [popular] = (await table.read([{ pk: popularPk, sk }])).filter(unexpired);
  if (popular === undefined) return { ...of, without: `version ${version}, which is live, has no popular list` };
  return {
    ...of,
    champion: {
      version,
      popular: popular.articles.split(' '),
      async lists(ids) {
        const stored = await table.read(ids.map((id) => ({ pk: readerPk(id), sk })));
        return new Map(
          stored.filter(unexpired).map(({ pk, articles }) => [pk.slice(readerPk('').length), articles.split(' ')]),
        );
      },
    },
  };
}
