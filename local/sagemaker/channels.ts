/** Input channels in File mode: which objects a channel names, and bringing them below /opt/ml/input/data. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { inParallel, parseS3Uri, type S3Location, type Storage } from '../storage';
import { validationError } from '../validation';
import type { Channel } from './request';

export interface ChannelObject extends S3Location {
  /** Below the channel's folder. */
  readonly relativePath: string;
}

/** `[{"prefix":"s3://bucket/some/"},"rel/a",…]`; an entry's key is prefix + name. */
const manifestSchema = z.tuple([z.object({ prefix: z.string() })], z.string());

/**
 * CreateTrainingJob looks at the inputs before it answers. Throws its ValidationException when a prefix holds no object,
 * or a manifest is missing or malformed; the objects that a manifest names are first looked for when they are downloaded.
 */
export async function checkChannels(storage: Storage, channels: readonly Channel[], region: string): Promise<void> {
  for (const channel of channels) {
    const { S3Uri } = channel.DataSource.S3DataSource;
    if ((await channelObjects(storage, channel)).length > 0) continue;
    throw validationError(
      `No S3 objects found under S3 URL "${S3Uri}" given in input data source. Please ensure that the bucket exists in the selected region (${region}), that objects exist under that S3 prefix, and that the manifest, if one is given, names at least one object.`,
    );
  }
}

/** Downloads a channel to `<dataDir>/<channel>`; throws when an object is gone. */
export async function downloadChannel(storage: Storage, channel: Channel, dataDir: string): Promise<void> {
  const folder = join(dataDir, channel.ChannelName);
  await mkdir(folder, { recursive: true });
  const objects = await channelObjects(storage, channel);
  await inParallel(objects, (object) => storage.download(object, folder, object.relativePath));
}

async function channelObjects(storage: Storage, channel: Channel): Promise<ChannelObject[]> {
  const { S3DataType, S3Uri } = channel.DataSource.S3DataSource;
  const location = parseS3Uri(S3Uri);
  try {
    return S3DataType === 'ManifestFile' ? await fromManifest(storage, location) : await fromPrefix(storage, location);
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchBucket') return [];
    throw error;
  }
}

async function fromPrefix(storage: Storage, { bucket, key: prefix }: S3Location): Promise<ChannelObject[]> {
  const found = await storage.bucket(bucket).list(prefix);
  return found
    .filter(({ key }) => !key.endsWith('/'))
    .map(({ key }) => ({
      bucket,
      key,
      // A prefix that is itself an object is that one file.
      relativePath: key === prefix ? key.slice(key.lastIndexOf('/') + 1) : key.slice(prefix.length).replace(/^\/+/, ''),
    }));
}

async function fromManifest(storage: Storage, { bucket, key }: S3Location): Promise<ChannelObject[]> {
  const body = await storage.bucket(bucket).get(key);
  if (body === undefined) return [];
  const [{ prefix }, ...names] = parseManifest(body.toString('utf8'), `s3://${bucket}/${key}`);
  const base = parseS3Uri(prefix);
  return names.map((name) => ({ bucket: base.bucket, key: base.key + name, relativePath: name }));
}

function parseManifest(text: string, uri: string): z.infer<typeof manifestSchema> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw validationError(`The manifest file ${uri} is not JSON: ${String(error)}`);
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) {
    throw validationError(`The manifest file ${uri} is not a prefix object followed by names: ${parsed.error.message}`);
  }
  return parsed.data;
}
