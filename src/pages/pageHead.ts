/** What all pages for a browser have in their head. */
import { type Html, html } from './html';

export interface PageHead {
  readonly title: string;
  /** Of `portal/`. */
  readonly styleSheet: string;
  /** What only this page has there. */
  readonly more: Html;
}

export function pageHead({ title, styleSheet, more }: PageHead): Html {
  return html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/portal/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/portal/${styleSheet}">
${more}
</head>`;
}
