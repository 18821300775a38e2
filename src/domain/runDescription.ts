/** What a daily run says of itself in the Temporal UI before it has done anything. */
import type { RunDate } from './runDate';

export function summaryOfRun(runDate: RunDate): string {
  return `recommendations from the clicks of ${runDate}`;
}

/** In Markdown. The UI breaks lines where the text does. */
export function detailsOfRun(runDate: RunDate): string {
  return [
    `Waits until the clicks of **${runDate}** are wholly there, freezes what it reads, trains on Spot while time allows, judges the candidate, loads it beside what is live, verifies it, and publishes it.`,
    'On any failure what is live stays live. What to do about it: `docs/runbook.md`, by the type of the failure.',
    `How it stands: *Current Details*, or \`frontpage status ${runDate}\`.`,
  ].join('\n\n');
}
