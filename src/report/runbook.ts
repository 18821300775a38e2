/** Where a failure is explained. */
import { articleLink } from '../domain/alerts';
import { type Html, html } from '../pages/html';

/** A link where the runbook has an address on the web; in a checkout it is a file, which a page in S3 cannot link to. */
export function runbookArticle(article: string, runbookUrl: string): Html {
  // Failures that are not of the catalogue have names of all kinds, and no article.
  if (!/^[A-Za-z]+$/.test(article)) return html`the runbook has no article about this; look at the run in Temporal`;
  const name = html`article <em>${article}</em> of the runbook`;
  return /^https?:\/\//.test(runbookUrl)
    ? html`<a href="${articleLink(article, runbookUrl)}">${name}</a>`
    : html`${name}, ${runbookUrl}`;
}
