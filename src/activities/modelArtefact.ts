/** Reading the model artefact that a training job left in the lake. Nothing of it is believed before its hash fits. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ObjectStore } from '../clients/objectStore';
import type { ModelInput } from '../contract';
import { modelPrefix } from '../domain/keys';
import { failure } from '../failures';

const share = z.number().min(0).max(1);
const quality = z.object({ recallAt10: share, ndcgAt10: share });
const count = z.number().int().nonnegative();

const manifestSchema = z.object({
  schema: z.literal(1),
  runDate: z.string(),
  version: z.string(),
  items: count,
  readers: count,
  files: z.array(
    z.object({
      path: z.string().refine((path) => !path.split('/').includes('..'), 'leads out of the model'),
      kind: z.enum(['shard', 'metrics', 'interactions', 'holdout', 'catalogue']),
      sizeBytes: count,
      sha256: z.string().length(64),
      items: count.optional(),
    }),
  ),
});

const metricsSchema = z.object({
  clicks: z.object({ lines: count, malformed: count, duplicates: count, runDate: count }),
  ledger: z.object({ spools: count, acknowledged: count, found: count }).nullable(),
  readers: count,
  articles: count,
  evaluation: z.object({
    readers: count,
    clicks: count,
    candidate: quality,
    popular: quality,
    priorWeight: z.number().nullable(),
    holdoutHours: z.number().int().min(1).max(12),
  }),
});

export type ModelManifest = z.infer<typeof manifestSchema>;
export type ModelFile = ModelManifest['files'][number];
export type ModelMetrics = z.infer<typeof metricsSchema>;

/** The artefact's manifest, checked against the run that asks for it. Throws `ModelArtefactInvalid`. */
export async function readModelManifest(lake: ObjectStore, input: ModelInput): Promise<ModelManifest> {
  const key = `${modelPrefix(input.jobName)}manifest.json`;
  const manifest = parseJson(await lake.get(key), manifestSchema, `s3://${lake.bucket}/${key}`);
  if (manifest.runDate !== input.runDate || manifest.version !== input.version) {
    throw failure(
      'ModelArtefactInvalid',
      `the artefact is of ${manifest.runDate}, version ${manifest.version}, but the run wants ${input.runDate}, version ${input.version} [uri=s3://${lake.bucket}/${key}]`,
    );
  }
  return manifest;
}

export async function readModelMetrics(
  lake: ObjectStore,
  jobName: string,
  manifest: ModelManifest,
): Promise<ModelMetrics> {
  const file = manifest.files.find((candidate) => candidate.kind === 'metrics');
  if (!file) throw failure('ModelArtefactInvalid', `the manifest lists no metrics file [job=${jobName}]`);
  const body = await readVerified(lake, jobName, file);
  return parseJson(body, metricsSchema, `s3://${lake.bucket}/${modelPrefix(jobName)}${file.path}`);
}

export function shardsOf(manifest: ModelManifest): ModelFile[] {
  return manifest.files.filter((file) => file.kind === 'shard');
}

export function holdoutOf({ files }: ModelManifest, jobName: string): ModelFile {
  const file = files.find(({ kind }) => kind === 'holdout');
  if (file !== undefined) return file;
  throw failure('ModelArtefactInvalid', `the manifest lists no holdout: nobody can check the metrics [job=${jobName}]`);
}

async function readVerified(lake: ObjectStore, jobName: string, file: ModelFile): Promise<Buffer> {
  const key = modelPrefix(jobName) + file.path;
  const body = await lake.get(key);
  if (body === undefined) {
    throw failure('ModelArtefactInvalid', `a file of the artefact is missing [uri=s3://${lake.bucket}/${key}]`);
  }
  const sha256 = createHash('sha256').update(body).digest('hex');
  if (sha256 !== file.sha256) {
    throw failure(
      'ModelArtefactInvalid',
      `a file of the artefact is corrupt: SHA-256 is ${sha256}, the manifest says ${file.sha256} [uri=s3://${lake.bucket}/${key}]`,
    );
  }
  return body;
}

function parseJson<T>(body: Buffer | undefined, schema: z.ZodType<T>, uri: string): T {
  if (body === undefined) throw failure('ModelArtefactInvalid', `a file of the artefact is missing [uri=${uri}]`);
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    throw failure('ModelArtefactInvalid', `a file of the artefact is not JSON [uri=${uri}]`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw failure('ModelArtefactInvalid', `${z.prettifyError(parsed.error)} [uri=${uri}]`);
  return parsed.data;
}
