/**
 * One beat of the fresh loop: counts what the lake has got since the last one, and publishes what is read now. After an
 * outage it does so step by step, the newest objects first, so that lists are fresh again after the first step.
 */
import { defineQuery, log, metricMeter, proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow';
import type { Activities, CountedFreshClicks, FreshBeat, FreshListsInput, PublishedFreshLists } from '../contract';
import { addLines, noLines } from '../domain/lineCounts';
import * as profiles from './activity-profiles';
import { nominalClock } from './nominalClock';

const { countFreshClicks, publishFreshLists } = proxyActivities<Activities>(profiles.beat);

export const beatQuery = defineQuery<FreshBeat>('beat');

/** About a million clicks, which a step counts in well under a minute. */
const maxBytesPerStep = 32 * 1024 * 1024;
/** Bounds the history; what is left is read by the next beat. */
const maxSteps = 20;
const maxNamedObjects = 10;

const nothingYet: FreshBeat = {
  beat: 0,
  steps: 0,
  objects: 0,
  sizeBytes: 0,
  lines: noLines,
  setAside: [],
  objectsLeft: 0,
  conflicts: 0,
  itemsWritten: 0,
  top: [],
};

export async function freshLists({ settings }: FreshListsInput): Promise<FreshBeat> {
  const { keepMinutes, lists } = settings;
  const nowMs = nominalClock();
  let beat = nothingYet;
  setHandler(beatQuery, () => beat, { description: 'What this beat has done so far' });
  do {
    const counted = await countFreshClicks({ settings: lists, nowMs: nowMs(), maxBytes: maxBytesPerStep });
    const published = await publishFreshLists({ keepMinutes });
    beat = withStep(beat, counted, published, nowMs());
    setCurrentDetails(describe(beat));
  } while (beat.objectsLeft > 0 && beat.steps < maxSteps);
  measure(beat);
  if (beat.skipped !== undefined || beat.setAside.length > 0 || beat.objectsLeft > 0) {
    const { skipped, setAside, objectsLeft } = beat;
    log.warn('the fresh lists are made without some of the clicks', { skipped, setAside, objectsLeft });
  }
  return beat;
}

function withStep(
  beat: FreshBeat,
  counted: CountedFreshClicks,
  published: PublishedFreshLists,
  publishedAtMs: number,
): FreshBeat {
  const { newestClickMs, medianClickMs } = counted;
  const secondsSince = (ms: number): number => Math.round((publishedAtMs - ms) / 1000);
  return {
    beat: published.beat,
    steps: beat.steps + 1,
    objects: beat.objects + counted.objects,
    sizeBytes: beat.sizeBytes + counted.sizeBytes,
    lines: addLines(beat.lines, counted.lines),
    setAside: [...beat.setAside, ...counted.setAside].slice(0, maxNamedObjects),
    objectsLeft: counted.objectsLeft,
    conflicts: beat.conflicts + counted.conflicts,
    itemsWritten: beat.itemsWritten + published.written,
    top: published.top,
    // Of the first step: those after it read what came before.
    ...(beat.clickToList === undefined && newestClickMs !== undefined && medianClickMs !== undefined
      ? { clickToList: { newestSeconds: secondsSince(newestClickMs), medianSeconds: secondsSince(medianClickMs) } }
      : beat.clickToList && { clickToList: beat.clickToList }),
    ...((beat.skipped ?? counted.skipped) ? { skipped: beat.skipped ?? counted.skipped } : {}),
  };
}

/** For Prometheus; a replay does not tell it again. */
function measure({ clickToList }: FreshBeat): void {
  if (clickToList === undefined) return;
  const name = 'frontpage_fresh_click_to_list_seconds';
  const seconds = metricMeter.createHistogram(name, 'float', undefined, 'From a click to lists that count it.');
  seconds.record(clickToList.medianSeconds, { of: 'median' });
  seconds.record(clickToList.newestSeconds, { of: 'newest' });
}

/** In Markdown, for the Temporal UI. */
function describe({
  beat,
  steps,
  objects,
  lines,
  setAside,
  objectsLeft,
  skipped,
  clickToList,
  top,
}: FreshBeat): string {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`;
  return [
    `**Beat** ${beat}, ${steps} ${steps === 1 ? 'step' : 'steps'}`,
    `**Objects** ${objects} read, ${objectsLeft} left`,
    `**Clicks** ${lines.counted} counted, ${lines.duplicate + lines.repeated} again, ${lines.capped} capped, ${lines.tooOld} too old, ${lines.malformed} malformed`,
    ...(clickToList === undefined
      ? []
      : [`**Click to list** ${clickToList.newestSeconds} s for the newest, ${clickToList.medianSeconds} s for half`]),
    ...(skipped === undefined ? [] : [`**Skipped** what arrived from ${at(skipped.fromMs)} to ${at(skipped.untilMs)}`]),
    ...setAside.map((key) => `**Set aside** ${key}, which cannot be read`),
    `**Read now** ${top.join(', ') || 'nothing'}`,
  ].join('\n\n');
}
