/** An object store in memory, with the semantics of the port. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { ObjectNotFound, type ObjectStore } from '../../src/clients/objectStore';

export interface MemoryLake extends ObjectStore {
  readonly objects: Map<string, Buffer>;
}

export function createMemoryLake(): MemoryLake {
  const objects = new Map<string, Buffer>();
  return {
    bucket: 'lake',
    objects,
    list: async (prefix) =>
      [...objects]
        .filter(([key]) => key.startsWith(prefix))
        .map(([key, body]) => ({
          key,
          etag: createHash('md5').update(body).digest('hex'),
          sizeBytes: body.length,
        }))
        .sort((a, b) => (a.key < b.key ? -1 : 1)),
    get: async (key) => objects.get(key),
    stream: async (key) => {
      const body = objects.get(key);
      if (body === undefined) throw new ObjectNotFound(`s3://lake/${key}`);
      return Readable.from([body]);
    },
    put: async (key, body) => {
      objects.set(key, Buffer.from(body));
    },
    putIfAbsent: async (key, body) => {
      if (objects.has(key)) return false;
      objects.set(key, Buffer.from(body));
      return true;
    },
    copy: async (fromKey, toKey) => {
      const body = objects.get(fromKey);
      if (body === undefined) throw new ObjectNotFound(`s3://lake/${fromKey}`);
      objects.set(toKey, body);
    },
    remove: async (key) => {
      objects.delete(key);
    },
  };
}
