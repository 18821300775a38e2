/** Every training job in memory and on disk: one JSON file each, replaced atomically, so that a kill loses none. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TrainingJob, trainingJobSchema } from './job';

export class JobStore {
  private readonly jobs = new Map<string, TrainingJob>();

  /** Reads what an earlier process kept in the folder; throws on a file it cannot read, naming it. */
  constructor(private readonly dir: string) {
    mkdirSync(dir, { recursive: true });
    for (const file of readdirSync(dir).filter((name) => name.endsWith('.json'))) {
      const path = join(dir, file);
      const parsed = trainingJobSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
      if (!parsed.success) {
        throw new Error(`${path} is no training job of this version (${parsed.error.message}): remove it`);
      }
      this.jobs.set(parsed.data.request.TrainingJobName, parsed.data);
    }
  }

  get(name: string): TrainingJob | undefined {
    return this.jobs.get(name);
  }

  all(): TrainingJob[] {
    return [...this.jobs.values()];
  }

  save(job: TrainingJob): void {
    const name = job.request.TrainingJobName;
    if (this.jobs.get(name) === job) return;
    const path = this.pathOf(name);
    writeFileSync(`${path}.new`, JSON.stringify(job, undefined, 1));
    renameSync(`${path}.new`, path);
    this.jobs.set(name, job);
  }

  remove(name: string): void {
    rmSync(this.pathOf(name), { force: true });
    this.jobs.delete(name);
  }

  private pathOf(name: string): string {
    return join(this.dir, `${name}.json`);
  }
}
