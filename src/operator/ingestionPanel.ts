/** Whether clicks come in and go on: what is acknowledged, what of it still waits on disk, and how much it is beside what is usual. */
import type { RunView } from '../clients/runs';
import { type Html, html, nothing } from '../pages/html';
import type { CollectorNow, DayOfClicks } from './operatorView';
import { tiles, times, whole } from './parts';

/** A collector hands clicks on within seconds. When one has waited for so long, the delivery stream does not take them. */
const longWaitSeconds = 60;
const megabyte = 1024 * 1024;

export function collectorPanel(collector: CollectorNow): Html {
  const { accepted, undelivered, oldestUndeliveredSeconds, spoolBytes, unavailable, pace } = collector;
  return html`${collectorVerdict(collector)}
${tiles('The collector, since it was started', [
  ['clicks accepted', whole(accepted)],
  ['a minute, of late', pace === undefined ? 'not yet' : whole(pace.acceptedPerMinute)],
  ['waiting on disk', whole(undelivered)],
  ['oldest of them', undelivered === 0 ? 'none' : `${Math.round(oldestUndeliveredSeconds)} s`],
  ['on disk', `${(spoolBytes / megabyte).toFixed(1)} MB`],
  ['requests turned away (503)', whole(unavailable)],
])}`;
}

/** What was answered 202 is on disk until the delivery stream has it, so what waits is late and not lost. */
function collectorVerdict({ undelivered, oldestUndeliveredSeconds, pace }: CollectorNow): Html {
  const waiting =
    undelivered === 0
      ? 'Every click that was answered 202 is with the delivery stream.'
      : `Every click that was answered 202 is with the delivery stream, or on disk: ${whole(undelivered)} wait there.`;
  const problems = [
    ...(undelivered > 0 && oldestUndeliveredSeconds > longWaitSeconds
      ? [`the delivery stream does not take clicks, the oldest has waited ${whole(oldestUndeliveredSeconds)} s`]
      : []),
    ...(pace !== undefined && pace.unavailable > 0
      ? [
          `${whole(pace.unavailable)} requests of the last minute were turned away, and nothing was promised to their senders`,
        ]
      : []),
  ];
  return problems.length === 0
    ? html`<p><span class="badge good">ingestion holds</span> ${waiting}</p>`
    : html`<p class="problem"><span class="badge bad">ingestion is behind</span> ${waiting} But ${problems.join('; ')}.</p>`;
}

/** The newest hour that clicks were acknowledged in. */
export function newestHour({ day, hours, usual }: DayOfClicks): Html {
  const newest = hours.findLast(({ clicks = 0 }) => clicks > 0);
  if (newest?.clicks === undefined) {
    return html`<p class="absent">No ledger tells of a click of ${day} yet.</p>`;
  }
  const { hour, clicks } = newest;
  const before = hours[hour - 1]?.clicks ?? 0;
  const usually = usual.clicksOfHour?.[hour] ?? 0;
  const beside = [
    ...(before === 0 ? [] : [`${times(clicks, before)} the hour before (${whole(before)})`]),
    ...(usually === 0
      ? []
      : [
          `${times(clicks, usually)} what the whole hour usually brings (${whole(usually)}, or ${(usually / 60).toFixed(1)} a minute)`,
        ]),
  ];
  return html`<p>In the newest hour with clicks, from ${String(hour).padStart(2, '0')}:00 of ${day}, collectors have acknowledged <strong>${whole(clicks)}</strong>${
    beside.length === 0 ? '' : `: ${beside.join(', ')}`
  }.</p>`;
}

/** Whether a click that was acknowledged is missing: a run proves it, before it learns anything. */
export function ledgerVerdict(run: RunView | undefined): Html {
  const result = run?.result;
  if (result === undefined || !('summary' in result) || result.summary.ledger === null) return nothing;
  const { found, acknowledged } = result.summary.ledger;
  return found === acknowledged
    ? html`<p><span class="badge good">nothing lost</span> The run found each of ${whole(acknowledged)} acknowledged clicks in the lake.</p>`
    : html`<p class="problem"><span class="badge bad">${whole(acknowledged - found)} missing</span> The run found ${whole(found)} of ${whole(acknowledged)} acknowledged clicks in the lake.</p>`;
}
