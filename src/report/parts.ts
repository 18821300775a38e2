/** What sections are made of: headings, tables that scroll by themselves on a phone, lists of facts, plain words for what is not there. */
import { type Html, type HtmlPart, html } from '../pages/html';

export interface Section {
  /** The anchor, and of this section alone. */
  readonly id: string;
  readonly title: string;
  readonly body: readonly Html[];
}

export function sectionOf({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${title}</h2>
${body}</section>
`;
}

export const paragraph = (text: HtmlPart): Html => html`<p>${text}</p>
`;

/** A section says that it has nothing to show: left out, it would look forgotten. */
export const absent = (text: string): Html => html`<p class="absent">${text}</p>
`;

export interface Column {
  readonly name: string;
  readonly isNumber?: true;
}

/** The first cell of each row names it. */
export function tableOf(caption: string, columns: readonly Column[], rows: readonly (readonly HtmlPart[])[]): Html {
  const head = columns.map(({ name, isNumber }) => html`<th scope="col"${isNumber ? number : none}>${name}</th>`);
  const body = rows.map(
    ([name = '', ...cells]) =>
      html`<tr><th scope="row">${name}</th>${cells.map(
        (cell, index) => html`<td${columns[index + 1]?.isNumber ? number : none}>${cell}</td>`,
      )}</tr>
`,
  );
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table>
<caption>${caption}</caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}</tbody>
</table></div>
`;
}

export interface Fact {
  readonly name: string;
  readonly value: HtmlPart;
  readonly note?: string;
}

/** Large figures at the head of a page or a section. */
export function tilesOf(facts: readonly Fact[]): Html {
  const tiles = facts.map(
    ({ name, value, note }) =>
      html`<div class="tile"><dt>${name}</dt><dd>${value}${note === undefined ? '' : html`<small>${note}</small>`}</dd></div>
`,
  );
  return html`<dl class="tiles">
${tiles}</dl>
`;
}

export function factsOf(facts: readonly Fact[]): Html {
  const rows = facts.map(
    ({ name, value }) => html`<div><dt>${name}</dt><dd>${value}</dd></div>
`,
  );
  return html`<dl class="facts">
${rows}</dl>
`;
}

export type Tone = 'good' | 'warning' | 'bad' | 'quiet';

/** In words as well as in colour. */
export const badge = (tone: Tone, text: string): Html => html`<span class="badge ${tone}">${text}</span>`;

export function callout(tone: Tone, title: string, body: readonly Html[]): Html {
  return html`<div class="callout ${tone}"><p><strong>${title}</strong></p>
${body}</div>
`;
}

const number = html` class="number"`;
const none = html``;
