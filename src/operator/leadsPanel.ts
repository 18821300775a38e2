/** What leads now: the first articles of the fresh list of all readers, how old the list is, and how it came to be so. */
import type { BeatRow } from '../clients/freshBeats';
import type { FreshList } from '../clients/recommendationReader';
import { minuteMs } from '../domain/durations';
import { type PopularTable, sharesOfAll } from '../domain/freshLists';
import { type Html, html, nothing } from '../pages/html';
import type { Had, OperatorView } from './operatorView';
import { duration, utcSeconds } from './runPanel';

const articlesShown = 8;
/** With the third beat that has brought no list, the loop is not only late. */
const beatsWaitedFor = 3;

export function leadsPanel(
  list: FreshList<PopularTable> | undefined,
  { beats, headlines, lookedAtMs }: Pick<OperatorView, 'beats' | 'headlines' | 'lookedAtMs'>,
  everyMinutes: number,
): Html {
  const rows = beats.ok ? beats.value : [];
  const troubles = html`${beats.ok ? newestBeatTrouble(rows) : html`<p class="problem">Beats are not to be had: ${beats.problem}</p>`}${
    headlines?.ok === false ? html`<p class="absent">Headlines are not to be had: ${headlines.problem}</p>` : nothing
  }`;
  if (list === undefined) {
    return html`<p class="problem"><span class="badge bad">none</span> There is no fresh list: the fresh loop has published none. Readers get the lists of the live version alone.</p>${troubles}`;
  }
  return html`${stateOfList(list, rows, lookedAtMs, everyMinutes)}${troubles}${
    list.list.articles.length === 0
      ? html`<p class="absent">The list is empty: nobody has read anything in its time.</p>`
      : html`${leadsSince(list, rows)}${table(list, rows, headlines)}`
  }`;
}

function stateOfList(
  list: FreshList<PopularTable>,
  rows: readonly BeatRow[],
  nowMs: number,
  everyMinutes: number,
): Html {
  const ageMs = Math.max(0, nowMs - madeAtMs(list, rows));
  const clicks = beatOf(list, rows)?.clickToList;
  const says = `The list of ${utcSeconds(list.atMs)}, made ${ageText(ageMs)}${
    clicks === undefined ? '' : `; the newest click that it counts was ${lengthText(clicks.newestSeconds)} old by then`
  }. The fresh loop makes one every ${everyMinutes === 1 ? 'minute' : `${everyMinutes} minutes`}.`;
  if (list.expiresAt <= nowMs / 1000) {
    return html`<p class="problem"><span class="badge bad">expired</span> There is no fresh list any more: the last one has expired, and readers get the lists of the live version alone. ${says}</p>`;
  }
  if (ageMs > beatsWaitedFor * everyMinutes * minuteMs) {
    return html`<p class="problem"><span class="badge bad">old</span> ${says} None has come since.</p>`;
  }
  return html`<p><span class="badge good">fresh</span> ${says}</p>`;
}

/** The loop may live in the time of a day that is played: then only its beats tell when, for us, the list was made. */
function madeAtMs(list: FreshList<PopularTable>, rows: readonly BeatRow[]): number {
  const own = rows.find(({ beat }) => beat?.beat === list.beat)?.endedAtMs;
  if (own !== undefined) return own;
  const [newest] = rows;
  // It publishes before it ends.
  const isOfRunning = newest?.state === 'running' && rows.every(({ beat }) => (beat?.beat ?? 0) < list.beat);
  return isOfRunning ? newest.startedAtMs : list.atMs;
}

const beatOf = ({ beat }: FreshList<PopularTable>, rows: readonly BeatRow[]): BeatRow['beat'] =>
  rows.find((row) => row.beat?.beat === beat)?.beat;

/** Of the lists before this one, the newest first, as far as beats of them are known. */
function earlierTops({ beat }: FreshList<PopularTable>, rows: readonly BeatRow[]): { top: readonly string[] }[] {
  return rows.flatMap((row) => (row.beat !== undefined && row.beat.beat < beat ? [row.beat] : []));
}

/** In how many lists before this one it was first too, without a gap. */
function leadsSince(list: FreshList<PopularTable>, rows: readonly BeatRow[]): Html {
  const [first = ''] = list.list.articles;
  const earlier = earlierTops(list, rows);
  if (earlier.length === 0) return nothing;
  const others = earlier.findIndex(({ top }) => top[0] !== first);
  if (others === 0) return html`<p>The first article leads since this list: another one led the list before.</p>`;
  const lists = others === -1 ? earlier.length : others;
  return html`<p>The first article led the ${lists === 1 ? 'list' : `${lists} lists`} before too${others === -1 ? ', of which no older one is known' : ''}.</p>`;
}

function table(list: FreshList<PopularTable>, rows: readonly BeatRow[], headlines: OperatorView['headlines']): Html {
  const { articles, sections, ages, halfLivesMinutes } = list.list;
  const titles = titlesOf(headlines);
  const [before] = earlierTops(list, rows);
  const fast = halfLivesMinutes.indexOf(Math.min(...halfLivesMinutes));
  const slow = halfLivesMinutes.indexOf(Math.max(...halfLivesMinutes));
  const [now, lately] = [sharesOfAll(list.list, fast), sharesOfAll(list.list, slow)];
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What leads now">
<table class="leads"><thead><tr><th scope="col">place</th><th scope="col">before</th><th scope="col">article</th><th scope="col">section</th><th scope="col">of clicks, half-life ${halfLivesMinutes[fast] ?? ''} min</th><th scope="col">half-life ${halfLivesMinutes[slow] ?? ''} min</th><th scope="col">first opened</th></tr></thead>
<tbody>${articles
    .slice(0, articlesShown)
    .map(
      (id, at) =>
        html`<tr><td>${at + 1}</td><td>${placeBefore(id, before?.top)}</td><th scope="row">${titles.get(id) ?? id}</th><td>${sections[at] ?? ''}</td><td>${percent(now[at])}</td><td>${percent(lately[at])}</td><td>${firstOpened(ages[at] ?? 0)}</td></tr>\n`,
    )}</tbody></table></div>`;
}

const titlesOf = (headlines: Had<ReadonlyMap<string, string>> | undefined): ReadonlyMap<string, string> =>
  headlines?.ok === true ? headlines.value : new Map();

/** A beat keeps the first articles of its list, and no more. */
function placeBefore(articleId: string, top: readonly string[] | undefined): string {
  if (top === undefined) return 'not known';
  const place = top.indexOf(articleId) + 1;
  return place === 0 ? `below ${top.length}` : String(place);
}

const percent = (share = 0): string => `${(100 * share).toFixed(1)} %`;
const firstOpened = (minutes: number): string => (minutes < 1 ? 'just before' : `${lengthText(60 * minutes)} before`);
const lengthText = (seconds: number): string => (seconds < 120 ? `${seconds} s` : duration(seconds * 1000));

/** In whole minutes: a page that changes with every second cannot be read. */
function ageText(ms: number): string {
  const minutes = Math.floor(ms / minuteMs);
  return minutes === 0 ? 'less than a minute ago' : minutes === 1 ? 'a minute ago' : `${duration(ms)} ago`;
}

/** A beat that failed has published nothing, and the next one makes up for it. */
function newestBeatTrouble(rows: readonly BeatRow[]): Html {
  const [newest] = rows;
  if (newest === undefined || newest.state === 'running' || newest.state === 'completed') return nothing;
  return html`<p class="problem">The newest beat, started ${utcSeconds(newest.startedAtMs)}, ended as ${newest.state}.</p>`;
}
