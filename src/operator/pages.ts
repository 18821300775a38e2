/** The operator's pages. What changes stands in one part, `#live`, that the page's script asks for again and again. */
import type { LivePointer, VersionRecord } from '../clients/recommendationTable';
import type { RunRow } from '../clients/runList';
import type { RollbackResult } from '../contract';
import { type Html, html, nothing } from '../pages/html';
import { pageHead } from '../pages/pageHead';
import type { ServingFigures } from './figures';
import { hoursChart } from './hoursChart';
import { collectorPanel, ledgerVerdict, newestHour } from './ingestionPanel';
import { leadsPanel } from './leadsPanel';
import type { OperatorView } from './operatorView';
import { shown, tiles } from './parts';
import { runPanel, toneOf, utcSeconds } from './runPanel';

export interface OverviewOptions {
  /** Of the namespace in the Temporal UI; absent: nobody said where it is. */
  readonly temporalUrl: string | undefined;
  readonly canRollBack: boolean;
  /** Between two beats of the fresh loop. */
  readonly freshEveryMinutes: number;
}

/** Without a day that was asked for, the page goes on to the newest run by itself. */
export function overviewPage(view: OperatorView, options: OverviewOptions, asked: string | undefined): Html {
  const main = html`<p id="pulse" class="pulse" role="status"></p>
<div id="live" data-from="/live${asked === undefined ? '' : `?date=${asked}`}">${livePart(view, options)}</div>`;
  return page('Operator', main, html`<script defer src="/portal/operator.js"></script>`);
}

/** Also sent alone. */
export function livePart(view: OperatorView, options: OverviewOptions): Html {
  const { runDate, run, runs, hours, today, leads, versions, reportOf, collector, serving } = view;
  const { temporalUrl, freshEveryMinutes } = options;
  const usual = today.ok && today.value.day === runDate ? today.value.usual : undefined;
  return html`
<section aria-labelledby="run-title"><h2 id="run-title">Run of ${runDate}</h2>
${shown(run, (known) =>
  known === undefined ? html`<p class="absent">There has been no run of this day.</p>` : runPanel(known, temporalUrl),
)}
</section>
<section aria-labelledby="ingestion-title"><h2 id="ingestion-title">Ingestion now</h2>
${collector === undefined ? nothing : shown(collector, collectorPanel)}
${shown(today, newestHour)}
</section>
<section aria-labelledby="leads-title"><h2 id="leads-title">What leads now</h2>
${shown(leads, (list) => leadsPanel(list, view, freshEveryMinutes))}
</section>
<section aria-labelledby="hours-title"><h2 id="hours-title">Clicks of ${runDate}, by hour</h2>
${shown(hours, (of) => hoursChart(of, usual))}
${run.ok ? ledgerVerdict(run.value) : nothing}
</section>
<section aria-labelledby="versions-title"><h2 id="versions-title">Versions</h2>
${shown(versions, (known) => versionsTable(known, options))}
${serving === undefined ? nothing : shown(serving, servingTiles)}
</section>
<section aria-labelledby="runs-title"><h2 id="runs-title">Runs</h2>
${shown(runs, (rows) => runsTable(rows, runDate))}
<p>${
    reportOf.ok && reportOf.value !== undefined
      ? html`<a id="last-report" href="/reports/${reportOf.value}">The last report, of ${reportOf.value}</a>`
      : html`<span class="absent">${reportOf.ok ? 'No run has written a report yet.' : `Reports cannot be had: ${reportOf.problem}`}</span>`
  }${temporalUrl === undefined ? nothing : html` · <a id="temporal" href="${temporalUrl}/workflows">Temporal UI</a>`}</p>
</section>`;
}

export interface RollbackForm {
  readonly version: string;
  readonly live: string | undefined;
  readonly reason?: string;
  /** Why it was not done. */
  readonly problem?: string;
}

export function rollbackPage({ version, live, reason = '', problem }: RollbackForm): Html {
  return page(
    `Roll back to ${version}`,
    html`<section aria-labelledby="form-title"><h2 id="form-title">Roll back to ${version}</h2>
<p>Readers are served version ${live ?? 'none'} now. Serving processes follow within seconds.</p>
${problem === undefined ? nothing : html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/rollback">
<input type="hidden" name="version" value="${version}">
<label for="reason">Why? It is kept with the pointer.</label>
<input id="reason" name="reason" value="${reason}" required maxlength="200" autocomplete="off">
<label for="key">Key of this program</label>
<input id="key" name="key" type="password" required autocomplete="off">
<p><button>Roll back</button> <a href="/">Leave it</a></p>
</form></section>`,
  );
}

export function rolledBackPage({ from, to }: RollbackResult): Html {
  return page(
    'Rolled back',
    html`<section aria-labelledby="done-title"><h2 id="done-title">Rolled back</h2>
<p role="status">Live: ${to} (was ${from}).</p><p><a href="/">Back to the overview</a></p></section>`,
  );
}

export function messagePage(title: string, says: string): Html {
  return page(
    title,
    html`<section aria-labelledby="title"><h2 id="title">${title}</h2><p>${says}</p><p><a href="/">Back to the overview</a></p></section>`,
  );
}

function page(title: string, main: Html, head: Html = nothing): Html {
  return html`<!doctype html>
<html lang="en">
${pageHead({ title: `${title}: Frontpage`, styleSheet: 'operator.css', more: head })}
<body>
<header><h1><a href="/">Frontpage</a></h1><p>operator</p></header>
<main>
${main}
</main>
</body>
</html>
`;
}

function versionsTable(
  { live, versions }: { readonly live: LivePointer | undefined; readonly versions: readonly VersionRecord[] },
  { canRollBack }: OverviewOptions,
): Html {
  if (live === undefined) return html`<p class="absent">Nothing has been published yet.</p>`;
  const rows = versions.map(
    (record) =>
      html`<tr><th scope="row">${record.version}</th><td>${record.items.toLocaleString('en')}</td><td>${record.readers.toLocaleString('en')}</td><td>${utcText(record.publishedAt)}</td><td>${actionOf(record, live, canRollBack)}</td></tr>\n`,
  );
  return html`<p>Live: <strong>${live.version}</strong> since ${utcText(live.publishedAt)}. Reason: ${live.reason}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Versions in the table">
<table><thead><tr><th scope="col">version</th><th scope="col">items</th><th scope="col">readers</th><th scope="col">published</th><th scope="col">state</th></tr></thead>
<tbody>${rows}</tbody></table></div>
${canRollBack ? nothing : html`<p class="absent">Nothing can be rolled back from here: this program was started without OPERATOR_KEY.</p>`}`;
}

function actionOf({ version, sweptSince }: VersionRecord, live: LivePointer, canRollBack: boolean): Html {
  if (version === live.version) return html`<span class="badge good">live</span>`;
  if (sweptSince !== undefined) return html`being removed since ${utcText(sweptSince)}`;
  return canRollBack
    ? html`<a class="button" id="back-to-${version}" href="/rollback?version=${version}">Roll back to ${version}</a>`
    : html`kept`;
}

function runsTable(rows: readonly RunRow[], shownDay: string): Html {
  if (rows.length === 0) return html`<p class="absent">There has been no run yet.</p>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Runs, newest day first">
<table><thead><tr><th scope="col">run date</th><th scope="col">state</th><th scope="col">started</th><th scope="col">version</th><th scope="col">recall@10</th><th scope="col">interruptions</th><th scope="col">cost</th></tr></thead>
<tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row">${
        row.runDate === shownDay
          ? row.runDate
          : html`<a id="run-${row.runDate}" href="/?date=${row.runDate}">${row.runDate}</a>`
      }</th><td><span class="badge ${toneOf(row.state)}">${row.state}</span>${row.state === 'running' && row.stage !== undefined ? ` ${row.stage}` : ''}</td><td>${utcSeconds(row.startedAtMs)}</td><td>${row.version ?? ''}</td><td>${row.recallAt10?.toFixed(4) ?? ''}</td><td>${row.interruptions ?? ''}</td><td>${row.costUsd === undefined ? '' : `$${row.costUsd.toFixed(2)}`}</td></tr>\n`,
  )}</tbody></table></div>`;
}

function servingTiles({ answers, degraded, unavailable, freshAgeSeconds }: ServingFigures): Html {
  return tiles('Serving, since it was started', [
    ...answers.map(([tier, count]): [string, string] => [`answers led by ${tier}`, count.toLocaleString('en')]),
    ['degraded', degraded.toLocaleString('en')],
    ['unavailable (503)', unavailable.toLocaleString('en')],
    ['age of fresh lists', freshAgeSeconds === undefined ? 'none known' : `${Math.round(freshAgeSeconds)} s`],
  ]);
}

/** An ISO time as it is kept, for eyes. */
const utcText = (iso: string): string => `${iso.slice(0, 19).replace('T', ' ')} UTC`;
