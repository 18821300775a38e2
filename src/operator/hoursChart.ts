/** The hours of a day as bars, and the same figures as a table. */
import type { HourPartition } from '../domain/readiness';
import { type Html, html } from '../report/html';

const barWidth = 26;
const gap = 6;
const height = 120;

/** By clicks that collectors have acknowledged, where they left ledgers; else by the bytes in the lake. */
export function hoursChart(hours: readonly HourPartition[]): Html {
  const byClicks = hours.some(({ clicks }) => clicks !== undefined);
  const amountOf = ({ clicks, sizeBytes }: HourPartition): number => (byClicks ? (clicks ?? 0) : sizeBytes);
  const most = Math.max(1, ...hours.map(amountOf));
  const unit = byClicks ? 'clicks' : 'bytes';
  const width = 24 * (barWidth + gap);
  const bars = hours.map((hour) => {
    const tall = Math.round((height * amountOf(hour)) / most);
    const x = hour.hour * (barWidth + gap);
    return html`<rect class="${hour.objects === 0 ? 'undelivered' : 'delivered'}" x="${x}" y="${height - tall}" width="${barWidth}" height="${tall}"><title>${nameOf(hour)}: ${amountOf(hour).toLocaleString('en')} ${unit}</title></rect>
<text x="${x + barWidth / 2}" y="${height + 16}" text-anchor="middle">${hour.hour}</text>`;
  });
  const there = hours.filter(({ objects }) => objects > 0).length;
  return html`<p>${there} of 24 hours have objects in the lake, ${hours.reduce((sum, hour) => sum + amountOf(hour), 0).toLocaleString('en')} ${unit}${byClicks ? ' acknowledged by collectors' : ''}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Volume by hour">
<svg class="hours" viewBox="0 0 ${width} ${height + 22}" width="${width}" height="${height + 22}" role="img" aria-label="${unit} by hour of arrival, UTC">${bars}</svg>
</div>
<details id="hours-table"><summary>As a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The hours as a table"><table><thead><tr><th scope="col">hour, UTC</th><th scope="col">clicks acknowledged</th><th scope="col">objects</th><th scope="col">bytes</th></tr></thead>
<tbody>${hours.map(
    (hour) =>
      html`<tr><th scope="row">${nameOf(hour)}</th><td>${hour.clicks?.toLocaleString('en') ?? 'unknown'}</td><td>${hour.objects}</td><td>${hour.sizeBytes.toLocaleString('en')}</td></tr>\n`,
  )}</tbody></table></div></details>`;
}

const nameOf = ({ hour }: HourPartition): string => `${String(hour).padStart(2, '0')}:00`;
