/**
 * Replays the run date's clicks against the lists that would have been served, chooses by that what the set will be blended
 * with, and tells how the candidate would have done in the place of the champion. The candidate's lists are those of its
 * holdout: they have seen nothing of the hours on which they are measured.
 */
import { Context } from '@temporalio/activity';
import type { ObjectStore } from '../clients/objectStore';
import type { Activities, ChooseBlendInput } from '../contract';
import { AsServedReplay, type NightlySet } from '../domain/asServed';
import { BlendChooser } from '../domain/blendChoice';
import { defaultBlendWeights, parseBlendWeights } from '../domain/blendWeights';
import { hourMs, minuteMs } from '../domain/durations';
import { maxHoldoutReaders } from '../domain/holdout';
import { partitionManifestKey } from '../domain/keys';
import { endOfDayMs } from '../domain/runDate';
import { type Champion, championBatch, findChampion } from './champion';
import { sampleDay } from './daySample';
import type { ActivityDependencies } from './dependencies';
import { parseFrozenManifest } from './frozenManifest';
import { holdoutOf, type ModelFile, readModelManifest, readModelMetrics } from './modelArtefact';
import { type Pulse, pulseOf, turn } from './pulse';
import { readHoldout } from './readHoldout';

/** So long do other activities of the process wait at most: some ten milliseconds. */
const clicksAtOnce = 200;
/** Longer than any half-life: what is older weighs next to nothing. */
const warmUpMs = 6 * hourMs;

/** Safe to retry: reads only. */
export function createChooseBlend({
  lake,
  table,
}: Pick<ActivityDependencies, 'lake' | 'table'>): Activities['chooseBlend'] {
  return async (input) => {
    const pulse = pulseOf(Context.current());
    const { runDate, jobName, blend } = input;
    const manifest = await readModelManifest(lake, input);
    const { evaluation } = await readModelMetrics(lake, jobName, manifest);
    const cutMs = endOfDayMs(runDate) - evaluation.holdoutHours * hourMs;
    const holdout = await listsOfHoldout(lake, jobName, holdoutOf(manifest, jobName), pulse);
    const { champion, blend: inUse } = await findChampion(table, runDate, Date.now());
    const weights = inUse === undefined ? defaultBlendWeights : parseBlendWeights(JSON.parse(inUse));
    const day = await sampleDay(lake, runDate, await clicksOf(lake, input), pulse);
    const replay = new AsServedReplay({
      settings: blend.lists,
      refreshMs: blend.everyMinutes * minuteMs,
      judgedFromMs: cutMs,
      listsFromMs: cutMs - warmUpMs,
      nightly: [setOf(holdout, cutMs)],
    });
    const chooser = new BlendChooser(blend.lists.halfLivesMinutes, weights);
    for (const [index, click] of day.clicks.entries()) {
      if (index % clicksAtOnce === 0) await turn(pulse);
      replay.play({ ...click, deliveredAtMs: click.occurredAtMs + blend.deliverySeconds * 1000 }, (moment) => {
        if (isMeasured(holdout, moment.click.userId)) chooser.add(moment);
      });
    }
    const rival = champion === undefined ? undefined : await listsOf(champion, chooser.readers, pulse);
    const choosing = chooser.choosing(rival);
    for (;;) {
      const step = choosing.next();
      if (step.done === true) return { ...step.value, clicks: day.clicks.length, readersOneIn: day.readersOneIn };
      await turn(pulse);
    }
  };
}

/** The candidate's lists as they were when the holdout began. */
interface HoldoutLists {
  readonly popular: readonly string[];
  /** Of readers who opened something new in the holdout: all of them, or as many as were drawn. */
  readonly lists: ReadonlyMap<string, readonly string[]>;
}

async function listsOfHoldout(
  lake: ObjectStore,
  jobName: string,
  file: ModelFile,
  pulse: Pulse,
): Promise<HoldoutLists> {
  const lists = new Map<string, readonly string[]>();
  let popular: readonly string[] = [];
  for await (const chunk of readHoldout(lake, jobName, file)) {
    for (const { reader, list } of chunk.readers) lists.set(reader, list);
    popular = chunk.popular;
    await pulse();
  }
  return { popular, lists };
}

async function clicksOf(lake: ObjectStore, { runDate, generation }: ChooseBlendInput) {
  const key = partitionManifestKey(runDate, generation);
  return parseFrozenManifest(await lake.get(key), runDate, `s3://${lake.bucket}/${key}`).clicks;
}

function setOf({ lists, popular }: HoldoutLists, cutMs: number): NightlySet {
  return { learnedUntilMs: cutMs, servedFromMs: cutMs, popular, listOf: (userId) => lists.get(userId) };
}

/** Where readers were drawn for the holdout, the lists of the others are not known. */
function isMeasured({ lists }: HoldoutLists, userId: string): boolean {
  return lists.size < maxHoldoutReaders || lists.has(userId);
}

async function listsOf(champion: Champion, readers: readonly string[], pulse: Pulse) {
  const lists = new Map<string, readonly string[]>();
  for (let start = 0; start < readers.length; start += championBatch) {
    for (const [reader, list] of await champion.lists(readers.slice(start, start + championBatch))) {
      lists.set(reader, list);
    }
    await pulse();
  }
  return lists;
}
