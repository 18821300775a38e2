/**
 * Gathers what the gate judges, and lets it judge. Nothing is taken from the trainer's word: quality is measured again
 * from the holdout, and must be what the trainer says.
 */
import { Context } from '@temporalio/activity';
import type { Activities, ModelQuality } from '../contract';
import { type Comparison, compare, type MeanPair, type Metric, type Opponent } from '../domain/comparison';
import { decideGate } from '../domain/gate';
import { type GateSettings, wholeGateSettings } from '../domain/gateSettings';
import type { ListQuality } from '../domain/listQuality';
import { failure } from '../failures';
import { findChampion } from './champion';
import type { ActivityDependencies } from './dependencies';
import { inspectSet } from './inspectSet';
import { type JudgedHoldout, judgeHoldout, resample } from './judgeHoldout';
import { holdoutOf, type ModelMetrics, readModelManifest, readModelMetrics, shardsOf } from './modelArtefact';
import { type Pulse, pulseOf } from './pulse';

/** Both sides add up the same numbers in another order. */
const agreement = 1e-6;

/** Safe to retry: reads only. */
export function createEvaluateModel({
  lake,
  table,
}: Pick<ActivityDependencies, 'lake' | 'table'>): Activities['evaluateModel'] {
  return async ({ settings: given, ...input }) => {
    const settings = wholeGateSettings(given);
    const pulse = pulseOf(Context.current());
    const manifest = await readModelManifest(lake, input);
    const metrics = await readModelMetrics(lake, input.jobName, manifest);
    const live = await findChampion(table, input.runDate, Date.now());
    const judged = await judgeHoldout(lake, input.jobName, holdoutOf(manifest, input.jobName), live.champion, pulse);
    requireAgreement(metrics.evaluation, judged, input.jobName);
    const comparisons = await compareAll(judged, live.champion !== undefined, settings, pulse);
    const { guards, notes } = await inspectSet(lake, input, manifest, settings.guards, pulse);
    const quality: ModelQuality = {
      candidate: judged.candidate,
      popular: judged.popular,
      priorWeight: metrics.evaluation.priorWeight,
      ...(live.champion === undefined
        ? {}
        : {
            champion: {
              ...judged.champion,
              version: live.champion.version,
              readersWithList: judged.championLists,
              readers: judged.readers,
            },
          }),
    };
    return {
      decision: decideGate(
        {
          candidate: judged.candidate,
          popular: judged.popular,
          evaluationReaders: judged.readers,
          readers: manifest.readers,
          items: manifest.items,
          ...(live.readers === undefined ? {} : { championReaders: live.readers }),
          ...(judged.readers === 0 ? {} : { comparisons }),
          guards,
          notes: [...(live.without === undefined ? [] : [`no champion to compare with: ${live.without}`]), ...notes],
        },
        settings,
      ),
      clicks: metrics.clicks,
      ledger: metrics.ledger,
      quality,
      readers: manifest.readers,
      articles: metrics.articles,
      items: manifest.items,
      shards: shardsOf(manifest).length,
    };
  };
}

function requireAgreement(told: ModelMetrics['evaluation'], judged: JudgedHoldout, jobName: string): void {
  const figures: readonly (readonly [string, number, number])[] = [
    ['readers', told.readers, judged.readers],
    ['clicks', told.clicks, judged.clicks],
    ...qualityPairs('the candidate', told.candidate, judged.candidate),
    ...qualityPairs('popularity', told.popular, judged.popular),
  ];
  const differing = figures.filter(([, ours, theirs]) => !(Math.abs(ours - theirs) <= agreement));
  if (differing.length === 0) return;
  const differences = differing.map(([name, ours, theirs]) => `${name} ${ours} and not ${theirs}`).join(', ');
  throw failure(
    'ModelArtefactInvalid',
    `the metrics do not follow from the holdout: they say ${differences} [job=${jobName}]`,
  );
}

function qualityPairs(whose: string, told: ListQuality, judged: ListQuality): [string, number, number][] {
  return [
    [`recall@10 of ${whose}`, told.recallAt10, judged.recallAt10],
    [`NDCG@10 of ${whose}`, told.ndcgAt10, judged.ndcgAt10],
  ];
}

/** The candidate against popularity, and against the champion where there is one, in both metrics. */
async function compareAll(
  { figures, candidate, popular, champion }: JudgedHoldout,
  hasChampion: boolean,
  { popularityMargin, championMargin, confidence }: GateSettings,
  pulse: Pulse,
): Promise<Comparison[]> {
  const samples = await resample(figures, pulse);
  const against = (opponent: Opponent, other: ListQuality, first: number, margin: number): Comparison[] => {
    const one = (metric: Metric, means: MeanPair, ours: number, theirs: number): Comparison =>
      compare(
        { metric, against: opponent, margin },
        means,
        samples.map((sample) => [sample[ours] ?? 0, sample[theirs] ?? 0]),
        confidence,
      );
    return [
      one('recall@10', [candidate.recallAt10, other.recallAt10], 0, first),
      one('NDCG@10', [candidate.ndcgAt10, other.ndcgAt10], 1, first + 1),
    ];
  };
  return [
    ...against('recent popularity', popular, 2, popularityMargin),
    ...(hasChampion ? against('the live set', champion, 4, championMargin) : []),
  ];
}
