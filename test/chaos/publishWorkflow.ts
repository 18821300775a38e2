/** The end of a daily run, made of its own steps, and the rollback as it is. Bundled for the workers of this chaos. */
import { sleep } from '@temporalio/workflow';
import type { DailyInput, EvaluatedModel, ModelInput } from '../../src/contract';
import { publishingOfRun } from '../../src/workflows/publishing';

export { rollback } from '../../src/workflows/rollback';

export interface PublishSetInput {
  readonly model: ModelInput;
  readonly load: DailyInput['settings']['load'];
  readonly evaluated: Pick<EvaluatedModel, 'items' | 'readers' | 'shards'>;
  /** The defect that the checker must find: readers are sent to a set that is still being loaded. */
  readonly pointerEarly?: true;
}

const earlyMs = 700;

/** Whether the pointer was moved. */
export async function publishSet({ model, load, evaluated, pointerEarly }: PublishSetInput): Promise<boolean> {
  const publishing = publishingOfRun();
  const [itemsLoaded, early] = await Promise.all([
    publishing.loadAll(model, load, evaluated.shards, () => undefined),
    pointerEarly === true && sleep(earlyMs).then(() => publishing.publishUnlessNewer(model, evaluated)),
  ]);
  await publishing.verify(model, itemsLoaded);
  return early === 'published' || (await publishing.publishUnlessNewer(model, evaluated)) === 'published';
}
