/**
 * The run report as one page: nothing is loaded from anywhere, and nothing runs in it. A report and what it is read
 * against go in, text comes out; the same input gives the same page.
 */

import { html } from '../pages/html';
import type { EndedRun, ReportContext } from './context';
import { type Section, sectionOf } from './parts';
import { afterwardsSection } from './sections/afterwards';
import { blendSection } from './sections/blend';
import { changedSection } from './sections/changed';
import { gateSection } from './sections/gate';
import { headOf, wordsOf } from './sections/head';
import { historySection } from './sections/history';
import { loadSection } from './sections/load';
import { moneySection } from './sections/money';
import { timelineSection } from './sections/timeline';
import { volumeSection } from './sections/volume';
import { style } from './style';

export function renderReport(report: EndedRun, context: ReportContext): string {
  const sections: readonly Section[] = [
    changedSection(report, context),
    timelineSection(report, context),
    volumeSection(report, context),
    gateSection(report),
    historySection(report, context),
    blendSection(report),
    loadSection(report, context),
    moneySection(report, context),
    afterwardsSection(report),
  ];
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Run of ${report.runDate}: ${wordsOf(report.outcome)}</title>
<style>${style}</style>
</head>
<body>
<main>
${headOf(report, context)}<nav aria-label="Sections"><ul>
${sections.map(
  ({ id, title }) => html`<li><a href="#${id}">${title}</a></li>
`,
)}</ul></nav>
${sections.map(sectionOf)}</main>
<footer><p>All times are UTC. The same figures are in the JSON file beside this page.</p></footer>
</body>
</html>
`;
  return page.text;
}
