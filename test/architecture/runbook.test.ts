/** Whoever meets a failure type finds an article about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../../local/prepare';
import { failureCatalogue } from '../../src/failures';

describe('the runbook', () => {
  const articles = readFileSync(join(repositoryRoot, 'docs', 'runbook.md'), 'utf8')
    .split(/^## /m)
    .slice(1);
  const titles = articles.map((article) => article.split('\n')[0] ?? '');

  it('has one article for each failure type, and none for a type that is gone', () => {
    expect([...titles].sort()).toEqual(Object.keys(failureCatalogue).sort());
  });

  it('tells in each article what it is and what to do', () => {
    for (const article of articles) expect(article).toMatch(/\*\*Description\.\*\* [^]*\*\*Resolution\.\*\* /);
  });
});
