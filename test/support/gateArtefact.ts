/**
 * A model artefact for the gate: readers with tastes, a holdout of what they opened, and lists that are as good as asked.
 * Its metrics are what the holdout says, worked out in the most obvious way, so that only what a test damages is wrong.
 */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { ModelInput } from '../../src/contract';
import { modelPrefix } from '../../src/domain/keys';
import { startOfDayMs } from '../../src/domain/runDate';

export interface GateHoldoutReader {
  readonly reader: string;
  readonly list: readonly string[];
  readonly read: readonly string[];
  readonly opened: readonly string[];
}

export interface GateArtefact {
  readonly popular: readonly string[];
  readonly holdout: readonly GateHoldoutReader[];
  /** Reader → list, as it would be loaded. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
  /** Article → age in hours at the end of the run date; absent: no catalogue. */
  readonly catalogue?: ReadonlyMap<string, number>;
}

export const articleIds = Array.from({ length: 100 }, (_, index) => `a${String(index).padStart(2, '0')}`);
const popular = articleIds.slice(0, 30);
const tastes = 5;
const hourMs = 3_600_000;

/**
 * Readers of five tastes. Every second one opens a popular article, every third one of their own taste; the candidate
 * knows the tastes: it puts `personal` articles of a reader's taste on top of what is popular.
 */
export function gateArtefact({ readers = 400, personal = 2 } = {}): GateArtefact {
  const names = Array.from({ length: readers }, (_, index) => `r${String(index).padStart(5, '0')}`);
  const ofTaste = (index: number): string[] =>
    articleIds.slice(30 + (index % tastes) * 10, 30 + (index % tastes) * 10 + personal);
  const listOf = (index: number): string[] => [...ofTaste(index), ...popular].slice(0, 20);
  return {
    popular,
    holdout: names.map((reader, index) => ({
      reader,
      list: listOf(index).slice(0, 10),
      read: index % 7 === 0 ? ['a29'] : [],
      opened: [
        articleIds[index % 2 === 0 ? index % 6 : 80 + (index % 20)] ?? '',
        ...(index % 3 === 0 ? [articleIds[30 + (index % tastes) * 10] ?? ''] : []),
      ],
    })),
    lists: new Map(names.map((reader, index) => [reader, listOf(index)])),
    catalogue: new Map(articleIds.map((id, index) => [id, index % 60])),
  };
}

/** The candidate's holdout lists go to other readers than they were made for. */
export function shuffled(artefact: GateArtefact, step = 1): GateArtefact {
  const { holdout } = artefact;
  return {
    ...artefact,
    holdout: holdout.map((row, index) => ({
      ...row,
      list: (holdout[(index + step) % holdout.length]?.list ?? []).filter((id) => !row.read.includes(id)),
    })),
  };
}

/** recall@10 and NDCG@10 by loops over everything, in the words of their definitions. */
export function naiveQuality(rows: readonly { list: readonly string[]; opened: readonly string[] }[]) {
  let recall = 0;
  let ndcg = 0;
  for (const { list, opened } of rows) {
    let hits = 0;
    let dcg = 0;
    let idcg = 0;
    for (let rank = 1; rank <= 10; rank++) {
      for (const wanted of opened) {
        if (list[rank - 1] !== wanted) continue;
        hits += 1;
        dcg += Math.log(2) / Math.log(rank + 1);
      }
      if (rank <= opened.length) idcg += Math.log(2) / Math.log(rank + 1);
    }
    recall += hits / opened.length;
    ndcg += dcg / idcg;
  }
  return { recallAt10: recall / rows.length, ndcgAt10: ndcg / rows.length };
}

export function naiveMetrics({ popular: ranking, holdout }: GateArtefact) {
  return {
    readers: holdout.length,
    clicks: holdout.reduce((sum, { opened }) => sum + opened.length, 0),
    candidate: naiveQuality(holdout),
    popular: naiveQuality(
      holdout.map(({ read, opened }) => ({ list: ranking.filter((id) => !read.includes(id)).slice(0, 10), opened })),
    ),
    priorWeight: 4,
    holdoutHours: 6,
  };
}

export interface PutOptions {
  /** Replaces metrics.json, as text, which may be no JSON at all. */
  readonly metricsText?: string;
  readonly evaluation?: object;
  readonly extraShardLines?: readonly string[];
  readonly withoutHoldout?: boolean;
}

export async function putGateArtefact(
  lake: ObjectStore,
  model: ModelInput,
  artefact: GateArtefact,
  options: PutOptions = {},
): Promise<void> {
  const files: object[] = [];
  const put = async (path: string, kind: string, body: Buffer, items?: number): Promise<void> => {
    await lake.put(modelPrefix(model.jobName) + path, body);
    const sha256 = createHash('sha256').update(body).digest('hex');
    files.push({ path, kind, sizeBytes: body.length, sha256, ...(items === undefined ? {} : { items }) });
  };
  const putLines = (path: string, kind: string, lines: readonly string[]): Promise<void> =>
    put(path, kind, gzipSync(lines.map((line) => `${line}\n`).join('')), lines.length);

  const readerLines = [...artefact.lists].map(([reader, list]) => shardLine(model, `u#${reader}`, list));
  const shardLines = [...readerLines, ...(options.extraShardLines ?? [])];
  await putLines('recommendations/part-00000.json.gz', 'shard', shardLines.slice(0, 150));
  if (shardLines.length > 150) await putLines('recommendations/part-00001.json.gz', 'shard', shardLines.slice(150));
  await putLines('lists/part-00000.json.gz', 'shard', [
    shardLine(model, 'list#popular', artefact.popular.slice(0, 20)),
  ]);
  if (options.withoutHoldout !== true) {
    await putLines('holdout.ndjson.gz', 'holdout', [
      JSON.stringify({ popular: artefact.popular.join(' ') }),
      ...artefact.holdout.map(({ reader, list, read, opened }) =>
        JSON.stringify({ reader, list: list.join(' '), read: read.join(' '), opened: opened.join(' ') }),
      ),
    ]);
  }
  if (artefact.catalogue !== undefined) {
    const endMs = startOfDayMs(model.runDate) + 24 * hourMs;
    await putLines(
      'catalogue.ndjson.gz',
      'catalogue',
      [...artefact.catalogue].map(([id, ageHours]) => JSON.stringify({ id, firstSeenMs: endMs - ageHours * hourMs })),
    );
  }
  const metrics = {
    schema: 1,
    clicks: { lines: 1000, malformed: 0, duplicates: 2, runDate: 900 },
    ledger: null,
    readers: artefact.lists.size,
    articles: 100,
    evaluation: { ...naiveMetrics(artefact), ...options.evaluation },
  };
  await put('metrics.json', 'metrics', Buffer.from(options.metricsText ?? JSON.stringify(metrics)));
  const manifest = {
    schema: 1,
    runDate: model.runDate,
    version: model.version,
    scope: 's',
    items: shardLines.length + 1,
    readers: artefact.lists.size,
    files,
  };
  await lake.put(`${modelPrefix(model.jobName)}manifest.json`, JSON.stringify(manifest));
}

export function shardLine(model: ModelInput, pk: string, articles: readonly string[]): string {
  return JSON.stringify({
    Item: {
      pk: { S: pk },
      sk: { S: `v#${model.version}` },
      articles: { S: articles.join(' ') },
      expires_at: { N: '1796000000' },
    },
  });
}
