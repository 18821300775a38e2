/** Bringing /opt/ml/model and /opt/ml/output/data to S3 when a trainer has ended: as an archive or as files. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { filesBelow, inParallel, joinUri, type Storage } from '../storage';
import type { ContainerPaths } from './container';
import type { CreateRequest } from './request';

const run = promisify(execFile);

/** Half of the model's files, in order of their names: what is in S3 when an instance is lost in the middle of the upload. */
export async function uploadHalfOfModel(
  storage: Storage,
  request: CreateRequest,
  paths: ContainerPaths,
): Promise<void> {
  // An archive is one object: it arrives whole or not at all.
  if (request.OutputDataConfig.CompressionType !== 'NONE') return;
  const files = await filesBelow(paths.model);
  const half = files.slice(0, Math.ceil(files.length / 2));
  await inParallel(half, (file) =>
    storage.uploadFile(join(paths.model, file), joinUri(outputUri(request), 'model', file)),
  );
}

/**
 * Uploads both folders and returns the URI of the model, or `undefined` when there is no model: `needsModel` says whether
 * an empty folder still counts as one, as it does for a trainer that ended well.
 */
export async function uploadOutput(
  storage: Storage,
  request: CreateRequest,
  paths: ContainerPaths,
  needsModel: boolean,
): Promise<string | undefined> {
  const base = outputUri(request);
  const compression = request.OutputDataConfig.CompressionType;
  if (!(await isEmpty(paths.outputData)))
    await upload(storage, paths, 'outputData', joinUri(base, 'output'), compression);
  if (!needsModel && (await isEmpty(paths.model))) return undefined;
  return upload(storage, paths, 'model', joinUri(base, 'model'), compression);
}

function outputUri({ OutputDataConfig, TrainingJobName }: CreateRequest): string {
  return joinUri(OutputDataConfig.S3OutputPath, TrainingJobName, 'output');
}

async function upload(
  storage: Storage,
  paths: ContainerPaths,
  folder: 'model' | 'outputData',
  uri: string,
  compression: 'GZIP' | 'NONE',
): Promise<string> {
  if (compression === 'NONE') {
    await storage.uploadDirectory(paths[folder], uri);
    return uri;
  }
  const archive = join(paths.dir, `${folder}.tar.gz`);
  // Names without a leading `./`; an empty folder is an archive of nothing.
  const entries = await readdir(paths[folder]);
  await run('tar', [
    '-czf',
    archive,
    '-C',
    paths[folder],
    ...(entries.length > 0 ? ['--', ...entries] : ['-T', '/dev/null']),
  ]);
  await storage.uploadFile(archive, `${uri}.tar.gz`);
  return `${uri}.tar.gz`;
}

async function isEmpty(dir: string): Promise<boolean> {
  return (await readdir(dir)).length === 0;
}
