/** The hours of a day as bars, and the same figures as a table. */
import type { HourPartition } from '../domain/readiness';
import type { UsualVolume } from '../domain/volume';
import { type Html, html, nothing } from '../pages/html';

const barWidth = 26;
const gap = 6;
const height = 120;

/** By clicks that collectors have acknowledged, where they left ledgers; else by the bytes in the lake. Beside what is usual, where that is known. */
export function hoursChart(hours: readonly HourPartition[], usual?: UsualVolume): Html {
  const byClicks = hours.some(({ clicks }) => clicks !== undefined);
  const amountOf = ({ clicks, sizeBytes }: HourPartition): number => (byClicks ? (clicks ?? 0) : sizeBytes);
  const usually = byClicks ? (usual?.clicksOfHour ?? []) : [];
  const most = Math.max(1, ...hours.map(amountOf), ...usually.map((amount) => amount ?? 0));
  const unit = byClicks ? 'clicks' : 'bytes';
  const width = 24 * (barWidth + gap);
  const tallOf = (amount: number): number => Math.round((height * amount) / most);
  const bars = hours.map((hour) => {
    const tall = tallOf(amountOf(hour));
    const x = hour.hour * (barWidth + gap);
    const amount = usually[hour.hour] ?? undefined;
    const line =
      amount === undefined
        ? nothing
        : html`<line class="usual" x1="${x - 2}" x2="${x + barWidth + 2}" y1="${height - tallOf(amount)}" y2="${height - tallOf(amount)}"/>`;
    return html`<rect class="${hour.objects === 0 ? 'undelivered' : 'delivered'}" x="${x}" y="${height - tall}" width="${barWidth}" height="${tall}"><title>${nameOf(hour)}: ${amountOf(hour).toLocaleString('en')} ${unit}</title></rect>${line}
<text x="${x + barWidth / 2}" y="${height + 16}" text-anchor="middle">${hour.hour}</text>`;
  });
  const there = hours.filter(({ objects }) => objects > 0).length;
  const isUsualKnown = usually.some((amount) => amount !== null);
  return html`<p>${there} of 24 hours have objects in the lake, ${hours.reduce((sum, hour) => sum + amountOf(hour), 0).toLocaleString('en')} ${unit}${byClicks ? ' acknowledged by collectors' : ''}.${isUsualKnown ? ' A line marks what the hour usually brings on this weekday.' : ''}</p>
<div class="scroll" tabindex="0" role="region" aria-label="Volume by hour">
<svg class="hours" viewBox="0 0 ${width} ${height + 22}" width="${width}" height="${height + 22}" role="img" aria-label="${unit} by hour of arrival, UTC">${bars}</svg>
</div>
<details id="hours-table"><summary>As a table</summary>
<div class="scroll" tabindex="0" role="region" aria-label="The hours as a table"><table><thead><tr><th scope="col">hour, UTC</th><th scope="col">clicks acknowledged</th>${isUsualKnown ? html`<th scope="col">usually</th>` : nothing}<th scope="col">objects</th><th scope="col">bytes</th></tr></thead>
<tbody>${hours.map(
    (hour) =>
      html`<tr><th scope="row">${nameOf(hour)}</th><td>${hour.clicks?.toLocaleString('en') ?? 'unknown'}</td>${isUsualKnown ? html`<td>${usually[hour.hour]?.toLocaleString('en') ?? 'unknown'}</td>` : nothing}<td>${hour.objects}</td><td>${hour.sizeBytes.toLocaleString('en')}</td></tr>\n`,
  )}</tbody></table></div></details>`;
}

const nameOf = ({ hour }: HourPartition): string => `${String(hour).padStart(2, '0')}:00`;
