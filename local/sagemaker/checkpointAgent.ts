/**
 * The agent that keeps /opt/ml/checkpoints and its S3 prefix alike while a trainer runs: restores the whole prefix at
 * the start, then uploads what appears or changes and deletes what disappears. It leaves markers beside the files, and
 * these markers are its only memory across a restart of the server. No last round when the trainer is reclaimed, so
 * the newest checkpoint may be lost. The real agent's interval is not documented.
 */
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { filesBelow, inParallel, joinUri, parseS3Uri, type Storage } from '../storage';
import { hasErrorCode } from '../systemError';
import type { CheckpointFaults } from './checkpointFaults';

const uploadingMarker = '.sagemaker-uploading';
const uploadedMarker = '.sagemaker-uploaded';
const ignoredSuffix = '.sagemaker-ignore';
const intervalMs = 200;

/** What tells one content of a file from the next without reading it. */
interface FileStamp {
  readonly mtimeMs: number;
  readonly sizeBytes: number;
}

export interface CheckpointAgentOptions {
  readonly job: string;
  readonly storage: Storage;
  readonly s3Uri: string;
  readonly dir: string;
  readonly faults: CheckpointFaults;
  /** A round that failed; the next one tries again. */
  readonly onError: (error: unknown) => void;
}

export class CheckpointAgent {
  private readonly uploaded = new Map<string, FileStamp>();
  private readonly stopSignal = new AbortController();
  private rounds: Promise<void> = Promise.resolve();

  constructor(private readonly options: CheckpointAgentOptions) {}

  /** Downloads every object below the prefix, also those that no trainer of this job wrote. */
  async restore(): Promise<void> {
    const { storage, dir, s3Uri } = this.options;
    const { bucket, key } = parseS3Uri(s3Uri);
    const prefix = folderPrefix(key);
    const objects = (await storage.bucket(bucket).list(prefix)).filter((object) => !object.key.endsWith('/'));
    await mkdir(dir, { recursive: true });
    await inParallel(objects, async (object) => {
      const path = object.key.slice(prefix.length);
      await storage.download({ bucket, key: object.key }, dir, path);
      await this.noteUploaded(path, await this.stampOf(path));
    });
  }

  /** Learns from the markers what an earlier server had uploaded. */
  async recall(): Promise<void> {
    const paths = await filesBelow(this.options.dir);
    const present = new Set(paths);
    for (const marker of paths.filter((path) => path.endsWith(uploadedMarker))) {
      const path = marker.slice(0, -uploadedMarker.length);
      const { mtimeMs } = await this.stampOf(marker);
      const sizeBytes = present.has(path) ? (await this.stampOf(path)).sizeBytes : 0;
      this.uploaded.set(path, { mtimeMs, sizeBytes });
    }
  }

  start(): void {
    this.rounds = this.runRounds();
  }

  /** Lets an upload that is under way finish, and begins no other. */
  async stop(): Promise<void> {
    this.stopSignal.abort();
    await this.rounds;
  }

  /** One round of uploads and deletions. */
  async sync(): Promise<void> {
    const paths = (await filesBelow(this.options.dir)).filter(isCheckpointFile);
    const present = new Set(paths);
    for (const path of paths) {
      if (this.stopSignal.signal.aborted) return;
      await this.uploadIfChanged(path);
    }
    for (const path of this.uploaded.keys()) {
      if (!present.has(path)) await this.removeObject(path);
    }
  }

  private async runRounds(): Promise<void> {
    while (!this.stopSignal.signal.aborted) {
      try {
        if (!this.options.faults.isStalled(this.options.job)) await this.sync();
      } catch (error) {
        this.options.onError(error);
      }
      // Rejects only when it is cut short.
      await sleep(intervalMs, undefined, { signal: this.stopSignal.signal }).catch(() => undefined);
    }
  }

  private async uploadIfChanged(path: string): Promise<void> {
    const known = this.uploaded.get(path);
    let stamp: FileStamp;
    let body: Buffer;
    try {
      stamp = await this.stampOf(path);
      if (known !== undefined && sameContent(known, stamp)) return;
      body = await readFile(join(this.options.dir, path));
    } catch (error) {
      // Deleted between listing and reading; the next round sees that.
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    const marker = join(this.options.dir, path + uploadingMarker);
    await writeFile(marker, '');
    const { bucket, key } = this.objectOf(path);
    const { faults, job } = this.options;
    await this.options.storage.bucket(bucket).put(key, faults.uploadBody(job, path, body));
    await this.noteUploaded(path, stamp);
    await rm(marker, { force: true });
  }

  private async removeObject(path: string): Promise<void> {
    const { bucket, key } = this.objectOf(path);
    await this.options.storage.bucket(bucket).remove(key);
    await rm(join(this.options.dir, path + uploadedMarker), { force: true });
    this.uploaded.delete(path);
  }

  private async noteUploaded(path: string, stamp: FileStamp): Promise<void> {
    const marker = join(this.options.dir, path + uploadedMarker);
    await writeFile(marker, '');
    await utimes(marker, stamp.mtimeMs / 1000, stamp.mtimeMs / 1000);
    this.uploaded.set(path, stamp);
  }

  private async stampOf(path: string): Promise<FileStamp> {
    const { mtimeMs, size } = await stat(join(this.options.dir, path));
    return { mtimeMs, sizeBytes: size };
  }

  private objectOf(path: string): { bucket: string; key: string } {
    const { bucket, key } = parseS3Uri(this.options.s3Uri);
    return { bucket, key: joinUri(key, path).replace(/^\//, '') };
  }
}

function folderPrefix(key: string): string {
  return key === '' || key.endsWith('/') ? key : `${key}/`;
}

function isCheckpointFile(path: string): boolean {
  return ![uploadingMarker, uploadedMarker, ignoredSuffix].some((suffix) => path.endsWith(suffix));
}

/** A marker's time loses the part below a microsecond. */
function sameContent(a: FileStamp, b: FileStamp): boolean {
  return a.sizeBytes === b.sizeBytes && Math.abs(a.mtimeMs - b.mtimeMs) < 0.01;
}
