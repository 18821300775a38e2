/**
 * Days that are published one after another, some of them by two runs at once, with rollbacks in between, while the worker is
 * killed and the table misbehaves. At the end it is judged what readers saw, and whether the table is what the shards say.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { Random } from '../../local/newsroom/random';
import { rootFailure } from '../../src/clients/runs';
import { type RollbackInput, type RollbackResult, taskQueue } from '../../src/contract';
import { addDays, parseRunDate, type RunDate } from '../../src/domain/runDate';
import { runDateOfVersion, versionOf } from '../../src/domain/version';
import { judgeReads, type Move, type ReadVerdict } from '../support/readHistory';
import type { FaultyDynamoDb } from './faultyDynamoDb';
import { type PublishHouse, pointerCacheMs } from './publishHouse';
import { isRollback, Mischief, rollbackReason } from './publishMischief';
import { PublishReaders } from './publishReaders';
import { modelOf, pageOf, putSet, shardsOfSet } from './publishSets';
import { differencesOfTable, differencesOfVersion } from './publishTable';
import type { PublishSetInput } from './publishWorkflow';

export interface PublishPlan {
  readonly kills: number;
  readonly seed: number;
  readonly clients: number;
  /** Plants the defect that must be found. */
  readonly pointerEarly?: true;
}

export interface PlayedPublishes {
  readonly kills: number;
  readonly killsByPhase: Readonly<Record<string, number>>;
  readonly publishes: number;
  readonly rollbacks: number;
  readonly conflicts: number;
  /** Publishes that took effect a second time, by a try that came after a rollback. */
  readonly rollbacksUndone: number;
  readonly faults: number;
  readonly verdict: ReadVerdict;
  /** Items that are missing from the table, differ, or should not be there. */
  readonly tableDiffersFromShards: readonly string[];
  /** What went wrong with the runs and the pointer. */
  readonly failures: readonly string[];
}

/** A look at the pointer and the popular list may take three attempts of half a second each, and a busy machine adds to it. */
const longestLookMs = 5_000;
const firstDay: RunDate = parseRunDate('2026-01-01');

export async function playPublishes(house: PublishHouse, plan: PublishPlan): Promise<PlayedPublishes> {
  const game = new Game(house, plan);
  await game.publishFirst();
  await house.startServing();
  const readers = new PublishReaders(house.servingUrl, plan.clients, new Random(plan.seed + 3));
  let reads: Awaited<ReturnType<PublishReaders['stop']>>;
  try {
    while (house.kills < plan.kills) await game.playRound();
    game.mischief.end();
    await game.rollBack();
  } finally {
    reads = await readers.stop();
  }
  await game.checkPointer();
  const moves = game.moves();
  return {
    ...game.counts(),
    verdict: withRefusals(judgeReads({ moves, reads }, { hashOf: pageOf, cacheMs: pointerCacheMs + longestLookMs })),
    tableDiffersFromShards: [...game.differences, ...(await differencesOfTable(house, game.loaded))],
    failures: [...game.failures, ...backwardPublishes(moves)],
  };
}

/** A set has been live all the time, and was known: to refuse a reader is to have no list where there is one. */
function withRefusals(verdict: ReadVerdict): ReadVerdict {
  const { refused, missingLists, examples } = verdict;
  if (refused === 0) return verdict;
  return { ...verdict, missingLists: missingLists + refused, examples: [...examples, `${refused} reads were refused`] };
}

class Game {
  readonly differences: string[] = [];
  readonly failures: string[] = [];
  readonly loaded: string[] = [];
  readonly mischief: Mischief;
  private readonly random: Random;
  private conflicts = 0;
  private day = 0;
  private workflows = 0;

  constructor(
    private readonly house: PublishHouse,
    private readonly plan: PublishPlan,
  ) {
    this.random = new Random(plan.seed);
    this.mischief = new Mischief(house, this.random, plan.kills);
  }

  async publishFirst(): Promise<void> {
    await this.publish(versionOf(firstDay, 1), true);
  }

  async playRound(): Promise<void> {
    const { random, mischief } = this;
    this.day += 1;
    const day = addDays(firstDay, this.day);
    const versions = [versionOf(day, 1), ...(random.next() < 0.25 ? [versionOf(day, 2)] : [])];
    mischief.turn();
    const rollsBack = random.next() < 0.5;
    await Promise.all([
      ...versions.map((version) => this.publish(version, false)),
      ...(rollsBack ? [sleep(random.below(6_000)).then(() => this.rollBack())] : []),
    ]);
    if (mischief.waitsForRollback) await this.rollBack();
  }

  /** To the version before, or to any that is kept. */
  async rollBack(): Promise<void> {
    const published = [...new Set(this.house.forWorker.moves.map(({ version }) => version))];
    // Before the second publish there is nothing to go back to, and a rollback says so.
    if (published.length < 2) return;
    const version = this.random.next() < 0.5 ? undefined : published[this.random.below(published.length)];
    const input: RollbackInput = { reason: rollbackReason, ...(version === undefined ? {} : { version }) };
    await this.run(
      'a rollback',
      this.house.client.workflow.execute<(rollback: RollbackInput) => Promise<RollbackResult>>('rollback', {
        ...this.workflowOptions(),
        args: [input],
      }),
    );
  }

  moves(): Move[] {
    // The later of two moves is made by somebody who has seen the earlier one, so they began in this order.
    return this.house.forWorker.moves
      .toSorted((a, b) => a.startedAtMs - b.startedAtMs)
      .map(({ version, reason, startedAtMs, endedAtMs }) => ({
        kind: isRollback(reason) ? 'rollback' : 'publish',
        version,
        startedAtMs,
        endedAtMs,
      }));
  }

  counts() {
    const moves = this.moves();
    const published = moves.filter(({ kind }) => kind === 'publish').map(({ version }) => version);
    const { forWorker, forServing, kills } = this.house;
    return {
      kills,
      killsByPhase: this.mischief.killsByPhase,
      publishes: published.length,
      rollbacks: moves.filter(({ kind }) => kind === 'rollback').length,
      conflicts: this.conflicts,
      rollbacksUndone: published.length - new Set(published).size,
      faults: faultsMet(forWorker) + faultsMet(forServing),
    };
  }

  /** What was seen of the pointer's moves must be all there was of them. */
  async checkPointer(): Promise<void> {
    const live = await this.house.table().live();
    const last = this.moves().at(-1);
    if (live?.version !== last?.version) {
      this.failures.push(`the pointer stands at ${live?.version}, the last move seen was to ${last?.version}`);
    }
  }

  private async publish(version: string, gently: boolean): Promise<void> {
    const evaluated = { ...(await putSet(this.house.lake, version)), shards: shardsOfSet };
    const slow = this.plan.pointerEarly === true ? 100 : 100 + this.random.below(300);
    const maxUnitsPerSecond = gently ? 2_000 : slow;
    const input: PublishSetInput = {
      model: modelOf(version),
      load: { maxUnitsPerSecond, parallelism: 1 + this.random.below(3) },
      evaluated,
      ...(this.plan.pointerEarly === undefined || gently ? {} : { pointerEarly: true }),
    };
    await this.run(
      `the run of ${version}`,
      this.house.client.workflow.execute<(set: PublishSetInput) => Promise<boolean>>('publishSet', {
        ...this.workflowOptions(),
        args: [input],
      }),
    );
    this.differences.push(...(await differencesOfVersion(this.house, version)));
    this.loaded.push(version);
  }

  private workflowOptions() {
    this.workflows += 1;
    return { workflowId: `chaos-${this.workflows}`, taskQueue, workflowTaskTimeout: '3 seconds' } as const;
  }

  /** Whoever comes second to the pointer loses, and says so; any other failure is one of this house. */
  private async run(name: string, work: Promise<unknown>): Promise<void> {
    try {
      await work;
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const { type, message } = rootFailure(error);
      if (type === 'PublishConflict') this.conflicts += 1;
      else this.failures.push(`${name} failed: ${type}: ${message}`);
    }
  }
}

function faultsMet({ met }: FaultyDynamoDb): number {
  return [...met.values()].reduce((sum, count) => sum + count, 0);
}

/** Only a rollback takes readers to an earlier day. */
function backwardPublishes(moves: readonly Move[]): string[] {
  return moves.flatMap(({ kind, version }, index) => {
    const before = moves[index - 1]?.version;
    return kind === 'publish' && before !== undefined && runDateOfVersion(version) < runDateOfVersion(before)
      ? [`a publish moved the pointer from ${before} back to ${version}`]
      : [];
  });
}
