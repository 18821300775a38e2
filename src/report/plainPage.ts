/** A page for a report that could not be drawn: better than none, and it says what is wrong. */
import type { RunReport } from '../contract';
import { html } from '../pages/html';
import { style } from './style';

export function plainPage(report: RunReport, why: string): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Run of ${report.runDate}</title>
<style>${style}</style>
</head>
<body>
<main><section><h1>Run of ${report.runDate}</h1>
<p>The run ended as “${report.outcome}”. Its page could not be drawn: ${why}</p>
<p>This is the report as it was written:</p>
<div class="scroll" role="region" aria-label="The report" tabindex="0"><pre>${JSON.stringify(report, undefined, 2)}</pre></div>
</section></main>
</body>
</html>
`.text;
}
