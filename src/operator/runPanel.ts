/** One run on the operator's page: its stages, and what must be known of it now. */
import type { RunState, RunView } from '../clients/runs';
import { describeSweep, describeWatch } from '../domain/afterPublish';
import { describeApproval } from '../domain/approval';
import { describeBlend } from '../domain/blendReport';
import { describeDegraded } from '../domain/readiness';
import { describeMoney } from '../domain/trainingCost';
import { type Html, html, nothing } from '../pages/html';

export function runPanel(view: RunView, temporalUrl: string | undefined): Html {
  const { runDate, workflowId, state, startedAtMs, status } = view;
  return html`
<p><span class="badge ${toneOf(state)}">${state}</span> ${status === undefined ? 'no worker answers about its stage' : `stage: ${status.stage}`},
started <time>${utcSeconds(startedAtMs)}</time>${
    temporalUrl === undefined
      ? nothing
      : html`, <a id="temporal-${runDate}" href="${temporalUrl}/workflows/${workflowId}">in the Temporal UI</a>`
  }</p>
${trainingBar(view)}
<ol class="stages">
${(status?.stages ?? []).map(
  ({ stage, startedAtMs: from, endedAtMs: until }) =>
    html`<li${until === undefined ? html` class="now" aria-current="step"` : nothing}><span>${stage}</span> <span class="took">${
      until === undefined ? 'going on' : duration(until - from)
    }</span></li>\n`,
)}
</ol>
<ul class="facts">${factsOf(view).map((fact) => html`<li>${fact}</li>\n`)}</ul>`;
}

function trainingBar({ training }: RunView): Html {
  if (training === undefined) return nothing;
  const { jobName, status, interruptions, progress } = training;
  const says = `job ${jobName}: ${status}, ${interruptions} ${interruptions === 1 ? 'interruption' : 'interruptions'}`;
  if (progress === undefined) return html`<p>${says}</p>`;
  const { phase, completed, total } = progress;
  return html`<p><label for="training">${says}, phase ${phase}, ${completed} of ${total} iterations</label>
<progress id="training" value="${completed}" max="${total}"></progress></p>`;
}

function factsOf({ status, result, failure, waitingFor, readiness, itemsLoaded }: RunView): string[] {
  const { degraded, money, deadlineAtMs, approval, blend, watch, sweep } =
    (result !== undefined && 'summary' in result ? result.summary : status) ?? {};
  return [
    ...(failure === undefined ? [] : [`${failure.type}: ${failure.message}`]),
    ...(degraded === undefined ? [] : [`DEGRADED: ${describeDegraded(degraded)}`]),
    ...(waitingFor === undefined ? [] : [waitingFor]),
    ...(readiness === undefined ? [] : [`waits until ${utcSeconds(readiness.waitsUntilMs)}`]),
    ...(money === undefined ? [] : [`training so far: ${describeMoney(money)}`]),
    ...(itemsLoaded === undefined ? [] : [`${itemsLoaded.toLocaleString('en')} items loaded`]),
    ...(deadlineAtMs === undefined ? [] : [`to be live by ${utcSeconds(deadlineAtMs)}`]),
    ...describeApproval({ ...status, ...(approval === undefined ? {} : { approval }) }).map((line) => `gate: ${line}`),
    ...describeBlend(blend).map((line) => `blend: ${line}`),
    ...(watch === undefined ? [] : [`serving: ${describeWatch(watch)}`]),
    ...(sweep === undefined ? [] : [`sweep: ${describeSweep(sweep)}`]),
    ...ledgerFacts(result),
    ...(result === undefined ? [] : [`outcome: ${result.outcome}`]),
  ];
}

/** Whether a click that was acknowledged is missing. */
function ledgerFacts(result: RunView['result']): string[] {
  if (result === undefined || !('summary' in result) || result.summary.ledger === null) return [];
  const { found, acknowledged } = result.summary.ledger;
  return [`ledger: ${found.toLocaleString('en')} of ${acknowledged.toLocaleString('en')} acknowledged clicks found`];
}

export function toneOf(state: RunState): 'good' | 'quiet' | 'bad' {
  switch (state) {
    case 'completed':
      return 'good';
    case 'running':
      return 'quiet';
    case 'failed':
    case 'cancelled':
    case 'terminated':
    case 'timed out':
      return 'bad';
  }
}

export function utcSeconds(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 120) return `${seconds.toFixed(1)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
