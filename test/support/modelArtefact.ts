/** A model artefact as the trainer would leave it in the lake, small and true in all its hashes. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { ObjectStore } from '../../src/clients/objectStore';
import type { ModelInput } from '../../src/contract';
import { modelPrefix } from '../../src/domain/keys';

export interface ArtefactOptions {
  readonly readers: number;
  readonly readersPerShard: number;
}

export async function putArtefact(lake: ObjectStore, model: ModelInput, options: ArtefactOptions): Promise<void> {
  const files: object[] = [];
  const put = async (path: string, kind: string, body: Buffer, items?: number): Promise<void> => {
    await lake.put(modelPrefix(model.jobName) + path, body);
    files.push({
      path,
      kind,
      sizeBytes: body.length,
      sha256: createHash('sha256').update(body).digest('hex'),
      ...(items === undefined ? {} : { items }),
    });
  };
  const line = (pk: string, articles: string): string =>
    `${JSON.stringify({ Item: { pk: { S: pk }, sk: { S: `v#${model.version}` }, articles: { S: articles }, expires_at: { N: '4000000000' } } })}\n`;

  for (let shard = 0; shard * options.readersPerShard < options.readers; shard++) {
    const first = shard * options.readersPerShard;
    const size = Math.min(options.readersPerShard, options.readers - first);
    const lines = Array.from({ length: size }, (_, i) => line(`u#r${first + i}`, `a${first + i} a1 a2`));
    await put(
      `recommendations/part-${String(shard).padStart(5, '0')}.json.gz`,
      'shard',
      gzipSync(lines.join('')),
      size,
    );
  }
  await put('lists/part-00000.json.gz', 'shard', gzipSync(line('list#popular', 'a1 a2 a3')), 1);
  await put(`interactions/dt=${model.runDate}/interactions.parquet`, 'interactions', Buffer.from('parquet'), 10);
  const metrics = {
    schema: 1,
    clicks: { lines: 1000, heartbeats: 1, malformed: 0, duplicates: 2, outsideWindow: 0, used: 998, runDate: 900 },
    ledger: { spools: 1, hours: 24, acknowledged: 902, found: 902, missing: 0, unledgered: 0, digestMismatches: 0 },
    readers: options.readers,
    articles: 50,
    candidates: 40,
    evaluation: {
      readers: 500,
      clicks: 700,
      candidate: { recallAt10: 0.12, ndcgAt10: 0.11 },
      popular: { recallAt10: 0.1, ndcgAt10: 0.1 },
      priorWeight: 4,
      holdoutHours: 6,
    },
  };
  await put('metrics.json', 'metrics', Buffer.from(JSON.stringify(metrics)));
  await lake.put(
    `${modelPrefix(model.jobName)}manifest.json`,
    JSON.stringify({
      schema: 1,
      runDate: model.runDate,
      version: model.version,
      scope: 's',
      items: options.readers + 1,
      readers: options.readers,
      files,
    }),
  );
}
