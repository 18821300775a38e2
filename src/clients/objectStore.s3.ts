/** The object store on Amazon S3, or any server of its protocol. */
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AwsEndpoint } from './awsEndpoint';
import { type ObjectInfo, ObjectNotFound, type ObjectStore, type PutOptions } from './objectStore';

/** The SDK tries a request again until its answer begins; what breaks while a body is read is tried again here. */
const maxReads = 4;
const pauseMs = 100;

export function createS3ObjectStore(bucket: string, endpoint: AwsEndpoint): ObjectStore {
  const s3 = new S3Client({
    ...endpoint,
    forcePathStyle: endpoint.endpoint !== undefined,
    // Both are the SDK's default, which the environment could change. S3 has a checksum of every object, also of those
    // that came without one; with it a body that was corrupted on its way ends in an error, not in bytes.
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_SUPPORTED',
    maxAttempts: 5,
  });

  async function open(key: string): Promise<GetObjectCommandOutput | undefined> {
    try {
      return await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    } catch (error) {
      if (error instanceof Error && error.name === 'NoSuchKey') return undefined;
      throw error;
    }
  }

  function putCommand(key: string, body: Buffer | string, options: PutOptions, ifAbsent: boolean): PutObjectCommand {
    return new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: body,
      ...(options.contentType === undefined ? {} : { ContentType: options.contentType }),
      ...(options.contentEncoding === undefined ? {} : { ContentEncoding: options.contentEncoding }),
      ...(ifAbsent ? { IfNoneMatch: '*' } : {}),
    });
  }

  return {
    bucket,

    async list(prefix) {
      const found: ObjectInfo[] = [];
      let token: string | undefined;
      do {
        const page = await s3.send(
          new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...(token ? { ContinuationToken: token } : {}) }),
        );
        for (const item of page.Contents ?? []) {
          found.push({ key: item.Key ?? '', etag: item.ETag ?? '', sizeBytes: item.Size ?? 0 });
        }
        token = page.IsTruncated ? page.NextContinuationToken : undefined;
      } while (token);
      return found.sort((a, b) => (a.key < b.key ? -1 : 1));
    },

    async get(key) {
      for (let read = 1; ; read += 1) {
        const found = await open(key);
        if (!found?.Body) return undefined;
        try {
          return Buffer.from(await found.Body.transformToByteArray());
        } catch (error) {
          if (read === maxReads) {
            throw new Error(`object not read whole in ${maxReads} reads [uri=s3://${bucket}/${key}]`, { cause: error });
          }
          await sleep(pauseMs * 2 ** read * Math.random());
        }
      }
    },

    async stream(key) {
      const found = await open(key);
      if (!found?.Body) throw new ObjectNotFound(`s3://${bucket}/${key}`);
      if (!(found.Body instanceof Readable)) throw new TypeError('the SDK gave no Node.js stream');
      return found.Body;
    },

    async put(key, body, options = {}) {
      await s3.send(putCommand(key, body, options, false));
    },

    async putIfAbsent(key, body, options = {}) {
      try {
        await s3.send(putCommand(key, body, options, true));
        return true;
      } catch (error) {
        // 409 is the answer while another conditional write of the same key is being decided.
        if (error instanceof Error && error.name === 'PreconditionFailed') return false;
        throw error;
      }
    },

    async copy(fromKey, toKey) {
      const source = `${bucket}/${fromKey}`.split('/').map(encodeURIComponent).join('/');
      await s3.send(new CopyObjectCommand({ Bucket: bucket, Key: toKey, CopySource: source }));
    },

    async remove(key) {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
    },
  };
}
