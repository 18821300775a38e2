/**
 * Measures the candidate, recent popularity and the champion again on the readers of the holdout, from nothing but the
 * file. A hundred readers are in memory at a time; of each there remain six numbers.
 */
import type { ObjectStore } from '../clients/objectStore';
import { meansOf, type ReaderFigures, resampledMeans } from '../domain/bootstrap';
import { firstUnread, type HoldoutReader } from '../domain/holdout';
import { type ListQuality, listQuality } from '../domain/listQuality';
import { type Champion, championBatch } from './champion';
import type { ModelFile } from './modelArtefact';
import { type Pulse, turn } from './pulse';
import { readersOfHoldout, readHoldout } from './readHoldout';

/** Two figures each of candidate, popularity and champion. */
const width = 6;
/** So long does other work of the process wait at most: some ten milliseconds. */
const resamplesPerTurn = 10;

export interface JudgedHoldout {
  readonly readers: number;
  /** Pairs of reader and article. */
  readonly clicks: number;
  readonly candidate: ListQuality;
  readonly popular: ListQuality;
  /** All zero without a champion. */
  readonly champion: ListQuality;
  /** Readers for whom the champion has a list of their own. */
  readonly championLists: number;
  readonly figures: ReaderFigures;
}

/** Throws `ModelArtefactInvalid`. */
export async function judgeHoldout(
  lake: ObjectStore,
  jobName: string,
  file: ModelFile,
  champion: Champion | undefined,
  pulse: Pulse,
): Promise<JudgedHoldout> {
  const judge = new HoldoutJudge(readersOfHoldout(file), champion);
  for await (const { popular, readers } of readHoldout(lake, jobName, file)) {
    for (const reader of readers) await judge.take(reader, popular);
    await pulse();
  }
  return judge.end();
}

/** The means of each resample, in which the process does other work too. */
export async function resample(figures: ReaderFigures, pulse: Pulse): Promise<(readonly number[])[]> {
  const means: (readonly number[])[] = [];
  for (const sample of resampledMeans(figures)) {
    means.push(sample);
    if (means.length % resamplesPerTurn === 0) await turn(pulse);
  }
  return means;
}

class HoldoutJudge {
  private popular: readonly string[] = [];
  private batch: HoldoutReader[] = [];
  private readonly rows: Float64Array;
  private readers = 0;
  private clicks = 0;
  private championLists = 0;

  constructor(
    readers: number,
    private readonly champion: Champion | undefined,
  ) {
    this.rows = new Float64Array(readers * width);
  }

  async take(reader: HoldoutReader, popular: readonly string[]): Promise<void> {
    this.popular = popular;
    this.batch.push(reader);
    if (this.batch.length === championBatch) await this.judgeBatch();
  }

  async end(): Promise<JudgedHoldout> {
    await this.judgeBatch();
    const figures = { rows: this.rows, width };
    const [candidateRecall = 0, candidateNdcg = 0, popularRecall = 0, popularNdcg = 0, recall = 0, ndcg = 0] =
      meansOf(figures);
    return {
      readers: this.readers,
      clicks: this.clicks,
      candidate: { recallAt10: candidateRecall, ndcgAt10: candidateNdcg },
      popular: { recallAt10: popularRecall, ndcgAt10: popularNdcg },
      champion: { recallAt10: recall, ndcgAt10: ndcg },
      championLists: this.championLists,
      figures,
    };
  }

  private async judgeBatch(): Promise<void> {
    const readers = this.batch;
    this.batch = [];
    if (readers.length === 0) return;
    const live = await this.champion?.lists(readers.map(({ reader }) => reader));
    for (const { reader, list, read, opened } of readers) {
      const ofReader = live?.get(reader);
      if (ofReader !== undefined) this.championLists += 1;
      const championRanking = ofReader ?? this.champion?.popular ?? [];
      const judged = [list, firstUnread(this.popular, read), firstUnread(championRanking, read)].map((articles) =>
        listQuality(articles, opened),
      );
      this.rows.set(
        judged.flatMap(({ recallAt10, ndcgAt10 }) => [recallAt10, ndcgAt10]),
        this.readers * width,
      );
      this.readers += 1;
      this.clicks += opened.size;
    }
  }
}
