/** The pages of the portal: what is served, in the words of its headlines, with a reason for each article. */
import { dayMs, hourMs, minuteMs } from '../domain/durations';
import { type Html, html, nothing } from '../pages/html';
import type { FrontPage } from './frontPage';
import type { Headline } from './portalCatalogue';
import { capital, layout, type Surroundings } from './portalLayout';
import { describeReason, describeWeights, type Subject, tierName } from './portalReasons';

/** The list of a section, or that it could not be had. */
export interface SectionBlock {
  readonly section: string;
  readonly page: FrontPage | undefined;
}

export interface FrontView {
  /** What the reader is served. Absent: nothing can be, and the newest headlines stand in. */
  readonly page: FrontPage | undefined;
  readonly blocks: readonly SectionBlock[];
}

/** Beside the lead; the others stand in the rail. */
const secondaryStories = 6;

export function frontView(surroundings: Surroundings, { page, blocks }: FrontView): Html {
  const { catalogue, visitor } = surroundings;
  const served = page?.articles.map((id) => catalogue.headline(id)) ?? catalogue.newest(12);
  const [lead, ...others] = served;
  const card = (headline: Headline, level: 'lead' | 'second' | 'row'): Html =>
    story(surroundings, headline, level, why(page, headline.articleId, 'reader'));
  const main = html`
${page === undefined ? unavailable : howMade(page, 'reader', visitor.reader)}
${lead === undefined ? html`<p class="empty">There are no headlines yet. Come back in a minute.</p>` : nothing}
<div class="front">
<section class="top" aria-labelledby="top-title">
<h2 id="top-title" class="visually-hidden">${page === undefined ? 'Newest' : 'For you'}</h2>
${lead === undefined ? nothing : card(lead, 'lead')}
<div class="seconds">
${others.slice(0, secondaryStories).map((headline) => card(headline, 'second'))}
</div>
</section>
<section class="rail" aria-labelledby="rail-title">
<h2 id="rail-title">${page === undefined ? 'More' : 'More for you'}</h2>
<ol start="${secondaryStories + 2}">
${others.slice(secondaryStories).map((headline) => html`<li>${card(headline, 'row')}</li>\n`)}
</ol>
</section>
</div>
<div class="blocks">
${blocks.map((block) => sectionBlock(surroundings, block))}
</div>`;
  return layout(surroundings, { title: catalogue.site, main, isFront: true });
}

export function sectionView(surroundings: Surroundings, section: string, page: FrontPage | undefined): Html {
  const { catalogue } = surroundings;
  const main = html`
<h1 class="page-title">${capital(section)}</h1>
${page === undefined ? html`<p class="empty">There is no list for this section yet.</p>` : howMade(page, 'section', section)}
<h2 class="visually-hidden">Most read now</h2>
<ol class="list">
${(page?.articles ?? []).map(
  (id) => html`<li>${story(surroundings, catalogue.headline(id), 'second', why(page, id, 'section'))}</li>\n`,
)}
</ol>`;
  return layout(surroundings, { title: `${capital(section)}: ${catalogue.site}`, main, section });
}

export function articleView(surroundings: Surroundings, opened: Headline, next: FrontPage | undefined): Html {
  const { catalogue, nowMs, visitor } = surroundings;
  const { section } = opened;
  const main = html`
<article class="article">
${section === undefined ? nothing : html`<p class="kicker"><a href="/section/${section}">${capital(section)}</a></p>`}
<h1>${opened.title}</h1>
<p class="meta">${published(opened, nowMs)}</p>
<p class="standfirst">The newsroom of this demo writes headlines only, so there is no more to read here.</p>
<p>What counts is that you opened it. ${
    visitor.consent === true
      ? 'The collector is told of one click, and within a few minutes it counts in the lists below.'
      : 'Nobody has been told, since you have not agreed to that.'
  }</p>
</article>
${
  next === undefined
    ? nothing
    : html`<section class="next" aria-labelledby="next-title">
<h2 id="next-title">Read next</h2>
<ol class="list">
${next.articles.map((id) => html`<li>${story(surroundings, catalogue.headline(id), 'second', why(next, id, 'reader'))}</li>\n`)}
</ol>
${howMade(next, 'reader', visitor.reader)}
</section>`
}`;
  const shared = { title: `${opened.title}: ${catalogue.site}`, main, opened };
  return layout(surroundings, section === undefined ? shared : { ...shared, section });
}

export function problemView(surroundings: Surroundings, title: string, says: string): Html {
  const main = html`<h1 class="page-title">${title}</h1><p class="empty">${says} <a href="/">To the front page</a></p>`;
  return layout(surroundings, { title: `${title}: ${surroundings.catalogue.site}`, main });
}

const unavailable = html`<p class="notice">No list has been published yet, so these are simply the newest headlines.</p>`;

function sectionBlock(surroundings: Surroundings, { section, page }: SectionBlock): Html {
  const { catalogue } = surroundings;
  return html`<section class="block" aria-labelledby="section-${section}">
<h2 id="section-${section}"><a href="/section/${section}">${capital(section)}</a></h2>
${
  page === undefined
    ? html`<p class="empty">Not to be had at this moment.</p>`
    : html`<ul>
${page.articles.map((id) => html`<li>${story(surroundings, catalogue.headline(id), 'row', nothing)}</li>\n`)}
</ul>`
}
</section>`;
}

function story({ nowMs }: Surroundings, headline: Headline, level: 'lead' | 'second' | 'row', reason: Html): Html {
  const { articleId, title, section } = headline;
  const kicker = section === undefined || level === 'row' ? nothing : html`<p class="kicker">${capital(section)}</p>`;
  return html`<article class="story ${level}">
${kicker}<h3><a href="/article/${articleId}">${title}</a></h3>
<div class="meta">${published(headline, nowMs)}${reason}</div>
</article>`;
}

function published({ publishedAtMs }: Headline, nowMs: number): Html {
  if (publishedAtMs === undefined) return nothing;
  return html`<time datetime="${new Date(publishedAtMs).toISOString()}">${ago(publishedAtMs, nowMs)}</time>`;
}

function why(page: FrontPage | undefined, articleId: string, subject: Subject): Html {
  const reason = page?.why?.articles.find((candidate) => candidate.articleId === articleId);
  if (page === undefined || reason === undefined) return nothing;
  const sentences = describeReason(reason, subject, page.version);
  return html`<details class="why tier-${reason.tier}"><summary>Why this?</summary>
<div class="reasons">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div></details>`;
}

function howMade(page: FrontPage, subject: Subject, of: string | undefined): Html {
  const rows: readonly (readonly [string, string])[] = [
    [subject === 'reader' ? 'Reader' : 'Section', of ?? 'nobody known'],
    ['Leading tier', tierName(page.tier)],
    ['Version', page.version ?? 'none: nothing has been published'],
    ['What is read now', page.freshAt === undefined ? 'took no part' : `as of ${page.freshAt.slice(11, 16)} UTC`],
    ...(page.why?.weights === undefined ? [] : [['What counted', describeWeights(page.why.weights)] as const]),
    ...(page.degraded
      ? [['State', 'degraded: the table did not answer, this is the best known without it'] as const]
      : []),
    ...(page.missing === undefined
      ? []
      : [['Missing', `${page.missing.join(', ')} lists did not come in time`] as const]),
  ];
  return html`<details class="how"><summary>How was this page made?</summary>
<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`)}</dl>
</details>`;
}

const shortDate = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });

function ago(publishedAtMs: number, nowMs: number): string {
  const ageMs = nowMs - publishedAtMs;
  if (ageMs < minuteMs) return 'just now';
  if (ageMs < hourMs) return `${Math.floor(ageMs / minuteMs)} min ago`;
  if (ageMs < dayMs) return `${Math.floor(ageMs / hourMs)} h ago`;
  return shortDate.format(publishedAtMs);
}
