/** What every page of the portal has around its news. */
import { type Html, html, nothing } from '../pages/html';
import { pageHead } from '../pages/pageHead';
import type { Catalogue, Headline } from './portalCatalogue';
import type { Visitor } from './portalVisitor';

export interface Surroundings {
  readonly catalogue: Catalogue;
  readonly visitor: Visitor;
  readonly collectorUrl: string;
  /** Epoch milliseconds. */
  readonly nowMs: number;
  /** Where its forms lead back to. */
  readonly path: string;
}

export interface PageParts {
  readonly title: string;
  readonly main: Html;
  /** Opened on this page. */
  readonly opened?: Headline;
  /** The section that the page belongs to. */
  readonly section?: string;
  readonly isFront?: true;
}

export function layout(surroundings: Surroundings, { title, main, opened, section, isFront }: PageParts): Html {
  const { catalogue, visitor, nowMs } = surroundings;
  const site = html`<a href="/">${catalogue.site}</a>`;
  return html`<!doctype html>
<html lang="en">
${pageHead({ title, styleSheet: 'portal.css', more: beacon(surroundings, opened) })}
<body>
<a class="skip" href="#news">Skip to the news</a>
<header class="masthead">
<div class="bar">
<p class="date"><time datetime="${new Date(nowMs).toISOString()}">${longDate(nowMs)}</time></p>
${readerSwitcher(surroundings)}
</div>
${isFront === undefined ? html`<p class="site">${site}</p>` : html`<h1 class="site">${site}</h1>`}
<nav class="sections" aria-label="Sections"><ul>
<li><a href="/"${isFront === undefined ? nothing : current}>Front page</a></li>
${catalogue.sections.map((name) => html`<li><a href="/section/${name}"${name === section ? current : nothing}>${capital(name)}</a></li>\n`)}
</ul></nav>
</header>
${visitor.consent === undefined ? consentQuestion(surroundings) : nothing}
<main id="news" tabindex="-1">
${main}
</main>
<footer>
${visitor.consent === undefined ? nothing : consentState(surroundings, visitor.consent)}
<p>A demo site. Its newsroom, its headlines and its readers are made up.</p>
</footer>
</body>
</html>
`;
}

const current = html` aria-current="page"`;

/** It is on every page, also on one without an article: it sends what an earlier page could not. */
function beacon({ visitor, collectorUrl, nowMs }: Surroundings, opened: Headline | undefined): Html {
  const optional = (name: string, value: string | undefined): Html =>
    value === undefined ? nothing : html` data-${name}="${value}"`;
  return html`<script defer src="/portal/beacon.js" data-collector="${collectorUrl}" data-consent="${String(visitor.consent === true)}" data-clock="${nowMs}"${optional('user', visitor.reader)}${optional('article', opened?.articleId)}${optional('section', opened?.section)}></script>`;
}

function readerSwitcher({ catalogue, visitor, path }: Surroundings): Html {
  const { reader } = visitor;
  const known = reader !== undefined && !catalogue.readers.includes(reader) ? [reader] : [];
  const options = [...known, ...catalogue.readers].map(
    (id) => html`<option value="${id}"${id === reader ? html` selected` : nothing}>${id}</option>`,
  );
  return html`<form class="switcher" method="post" action="/portal/reader">
<input type="hidden" name="back" value="${path}">
<label for="reader">Reading as</label>
<select id="reader" name="reader">
${reader === undefined ? html`<option value="" selected>nobody known</option>` : nothing}
${options}
<option value="new">a new reader</option>
</select>
<button>Switch</button>
</form>`;
}

function consentQuestion({ path }: Surroundings): Html {
  return html`<section class="consent" aria-labelledby="consent-title">
<h2 id="consent-title">May we count what you read?</h2>
<p>If you agree, this site tells its own collector which articles you open, under a made-up id. That is what makes a front page personal. Otherwise nothing is sent.</p>
<form method="post" action="/portal/consent">
<input type="hidden" name="back" value="${path}">
<button name="consent" value="yes">Count my reading</button>
<button name="consent" value="no">Do not count</button>
</form>
</section>`;
}

function consentState({ path }: Surroundings, isGiven: boolean): Html {
  return html`<form class="consent-state" method="post" action="/portal/consent">
<input type="hidden" name="back" value="${path}">
<p>${isGiven ? 'What you open is counted.' : 'What you open is not counted.'}
<button name="consent" value="${isGiven ? 'no' : 'yes'}">${isGiven ? 'Stop counting' : 'Count my reading'}</button></p>
</form>`;
}

export const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);

const dateFormat = new Intl.DateTimeFormat('en-GB', {
  weekday: 'long',
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const longDate = (atMs: number): string => dateFormat.format(atMs);
