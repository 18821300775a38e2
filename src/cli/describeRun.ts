/** A run in lines for a human, and in one line for a log. */
import type { ReadinessView, RunView } from '../clients/runs';
import type { DailyResult } from '../contract';
import { describeSweep, describeWatch } from '../domain/afterPublish';
import { describeApproval } from '../domain/approval';
import { describeBlend } from '../domain/blendReport';
import { describeDegraded } from '../domain/readiness';
import { readinessTable } from '../domain/readinessTable';
import { describeMoney } from '../domain/trainingCost';
import { type ExitCode, exitCodes } from './exitCodes';

type AlreadyPublished = Extract<DailyResult, { readonly outcome: 'already published' }>;

export function utcSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19)}Z`;
}

export function describeRun(view: RunView): string[] {
  const stages = (view.status?.stages ?? []).map(({ stage, startedAtMs, endedAtMs }) => {
    // The stage in which a run ended badly has no end of its own.
    const took = endedAtMs === undefined ? view.state : `${((endedAtMs - startedAtMs) / 1000).toFixed(1)} s`;
    return `  ${stage.padEnd(20)} ${utcSeconds(startedAtMs)}  ${took}`;
  });
  const { degraded, money, deadlineAtMs, approval, blend, watch, sweep } =
    (view.result !== undefined && 'summary' in view.result ? view.result.summary : view.status) ?? {};
  return [
    headOf(view),
    ...stages,
    ...(degraded === undefined ? [] : [`  DEGRADED: ${describeDegraded(degraded)}`]),
    ...(view.waitingFor === undefined ? [] : [`  ${view.waitingFor}`]),
    ...(view.readiness === undefined ? [] : describeWait(view.readiness).map((line) => `  ${line}`)),
    ...describeJob(view).map((line) => `  ${line}`),
    ...(money === undefined
      ? []
      : [`  ${view.state === 'running' ? 'training so far' : 'training'}: ${describeMoney(money)}`]),
    ...(view.itemsLoaded === undefined ? [] : [`  ${view.itemsLoaded} items loaded`]),
    ...(deadlineAtMs === undefined ? [] : [`  to be live by ${utcSeconds(deadlineAtMs)}`]),
    ...describeApproval({ ...view.status, ...(approval === undefined ? {} : { approval }) }).map(
      (line) => `  gate: ${line}`,
    ),
    ...describeBlend(blend).map((line) => `  blend: ${line}`),
    ...(watch === undefined ? [] : [`  serving: ${describeWatch(watch)}`]),
    ...(sweep === undefined ? [] : [`  sweep: ${describeSweep(sweep)}`]),
    ...(view.result === undefined ? [] : [`  ${describeResult(view.result)}`]),
    ...describeFailure(view).map((line) => `  ${line}`),
  ];
}

function headOf({ runDate, state, status }: RunView): string {
  const isApproved = status?.stage === 'waiting for approval' && status.approval?.verdict === 'approve';
  const stage = state === 'running' && isApproved ? 'approved, choosing the weights of the blend' : status?.stage;
  return `run ${runDate}: ${state}${stage === undefined ? '' : `, ${stage}`}`;
}

/** The same in one line, without times: equal for as long as nothing has changed. */
export function describeRunBriefly(view: RunView): string {
  return [
    headOf(view),
    ...(view.readiness === undefined ? [] : view.readiness.waitingFor),
    ...describeJob(view),
    ...(view.itemsLoaded === undefined ? [] : [`${view.itemsLoaded} items loaded`]),
    ...(view.result === undefined ? [] : [view.result.outcome]),
    ...describeFailure(view),
  ].join('; ');
}

/** What scripts are told of a run by the code alone. */
export function exitCodeOf({ state, status }: Pick<RunView, 'state' | 'status'>): ExitCode {
  switch (state) {
    case 'running':
      return waitsForHuman(status) ? exitCodes.runWaits : exitCodes.done;
    case 'completed':
      return exitCodes.done;
    case 'failed':
    case 'cancelled':
    case 'terminated':
    case 'timed out':
      return exitCodes.runFailed;
  }
}

/** Once it is decided the stage goes on for as long as weights are chosen, and nobody is needed any more. */
function waitsForHuman(status: RunView['status']): boolean {
  return status?.stage === 'waiting for approval' && status.approval === undefined;
}

/** That somebody cancelled the run is its state; Temporal's own failure says no more. */
function describeFailure({ state, failure }: RunView): string[] {
  return failure === undefined || state === 'cancelled' ? [] : [`${failure.type}: ${failure.message}`];
}

function describeJob({ training }: RunView): string[] {
  if (training === undefined) return [];
  const { jobName, status, interruptions, progress } = training;
  const step =
    progress === undefined
      ? ''
      : `, ${progress.phase} ${progress.iteration}/${progress.iterations} (${progress.completed} of ${progress.total} iterations)`;
  return [`job ${jobName}: ${status}, ${interruptions} interruptions${step}`];
}

/** Of a run that is over, in a few words. */
export function describeEnd(view: RunView): string {
  return view.result === undefined ? [view.state, ...describeFailure(view)].join(', ') : describeResult(view.result);
}

function describeResult(result: DailyResult): string {
  return result.outcome === 'already published' ? `${result.outcome}: ${describeLive(result)}` : result.outcome;
}

/** A run that had nothing to do says where the figures of its day are. */
export function describeLive({ version, runDate }: Pick<AlreadyPublished, 'version' | 'runDate'>): string {
  return `${version} is live, and 'frontpage report ${runDate}' shows the run that made it`;
}

/** Hour by hour what is there, and until when the rest is waited for. */
function describeWait({ hours, waitsUntilMs }: ReadinessView): string[] {
  return [...readinessTable(hours), `waits until ${utcSeconds(waitsUntilMs)}`];
}
