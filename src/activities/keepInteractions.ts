/** Keeps the compacted days that the trainer wrote, where later runs look for them: a day is parsed once in its life. */
import type { Activities } from '../contract';
import { interactionsKey, modelPrefix } from '../domain/keys';
import { parseRunDate } from '../domain/runDate';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { readModelManifest } from './modelArtefact';

const pathPattern = /^interactions\/dt=(\d{4}-\d{2}-\d{2})\/interactions\.parquet$/;

/** Safe to retry: copies the same bytes to the same keys. */
export function createKeepInteractions({ lake }: ActivityDependencies): Activities['keepInteractions'] {
  return async (input) => {
    const manifest = await readModelManifest(lake, input);
    const files = manifest.files.filter((file) => file.kind === 'interactions');
    for (const file of files) {
      const day = pathPattern.exec(file.path)?.[1];
      if (day === undefined) {
        throw failure('ModelArtefactInvalid', `'${file.path}' does not name its day [job=${input.jobName}]`);
      }
      await lake.copy(modelPrefix(input.jobName) + file.path, interactionsKey(parseRunDate(day)));
    }
    return { days: files.length };
  };
}
