/** Which calls of AWS a program makes, read from the source of the adapters that it imports. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';

const adapter = /\.(s3|dynamodb|sagemaker|cloudwatch|sns|firehose)\.ts$/;

/** Adapters of AWS services that a file imports, and what it imports, itself included. */
export function adaptersOf(file: string, seen = new Set<string>()): Set<string> {
  const path = join(repositoryRoot, file);
  if (seen.has(path)) return seen;
  seen.add(path);
  // An import of types is not a call.
  for (const [, name = ''] of readFileSync(path, 'utf8').matchAll(
    /^(?:import|export)(?! type )[^;]*? from '(\.[^']*)';/gm,
  )) {
    const target = join(dirname(file), name);
    const found = [`${target}.ts`, join(target, 'index.ts')].find((each) => existsSync(join(repositoryRoot, each)));
    if (found !== undefined) adaptersOf(found, seen);
  }
  return seen;
}

/** Rights that a call needs, where they are not those of its own name. */
const otherwise: Readonly<Record<string, readonly string[]>> = {
  's3:ListObjectsV2': ['s3:ListBucket'],
  's3:CopyObject': ['s3:GetObject', 's3:PutObject'],
  'sagemaker:CreateTrainingJob': ['sagemaker:CreateTrainingJob', 'sagemaker:AddTags', 'iam:PassRole'],
  // Of portals that order bulk loads.
  'dynamodb:StartBulkPutItems': [],
  'dynamodb:DescribeBulkOperation': [],
  'dynamodb:CancelBulkOperation': [],
};

export function actionsOf(path: string): string[] {
  const service = adapter.exec(path)?.[1];
  if (service === undefined) return [];
  const calls = readFileSync(path, 'utf8').matchAll(
    /new (\w+)Command\(|paginate(\w+)\(|'(BatchGetItem|BatchWriteItem|GetItem)'/g,
  );
  return [...calls].flatMap(([, command, paged, signed]) => {
    const action = `${service}:${command ?? paged ?? signed}`;
    return otherwise[action] ?? [action];
  });
}
