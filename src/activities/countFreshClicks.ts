/**
 * One step of the fresh loop: counts the clicks of objects that no beat has counted. State and list of counted objects
 * are one object, written only if nobody has written that beat: a step that dies or loses has done nothing.
 */
import { Context } from '@temporalio/activity';
import { newestFreshState, removeOldFreshStates, writeFreshState } from '../clients/freshStates';
import type { Activities, FreshHeartbeat } from '../contract';
import { failure } from '../failures';
import type { ActivityDependencies } from './dependencies';
import { FreshStep } from './freshStep';

/** Each conflict means that another beat has got on. */
const maxConflicts = 5;

/** Safe to retry: what an earlier try has counted is in the state that this one begins with. */
export function createCountFreshClicks({ lake }: Pick<ActivityDependencies, 'lake'>): Activities['countFreshClicks'] {
  return async (input) => {
    const { log } = Context.current();
    for (let conflicts = 0; conflicts <= maxConflicts; conflicts++) {
      const newest = await newestFreshState(lake);
      for (const state of newest.unreadable) log.warn('a state of the fresh loop is passed over', { state });
      const step = new FreshStep(lake, input, newest);
      await step.run((progress: FreshHeartbeat) => Context.current().heartbeat(progress));
      if (await writeFreshState(lake, step.record)) {
        await removeOldFreshStates(lake, step.record.beat);
        return { ...step.result, conflicts };
      }
      log.info('another beat has written the state meanwhile: going on from there', { beat: step.record.beat });
    }
    throw failure(
      'FreshStateContended',
      `other beats wrote the state ${maxConflicts + 1} times while this one counted: is the loop scheduled twice? [bucket=${lake.bucket}]`,
    );
  };
}
