/** Whoever is told of something, by an alert, an alarm or a failure, finds an article about it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { platformAlarms } from '../../infra/alarmCatalogue';
import { repositoryRoot } from '../../local/prepare';
import { type AlertKind, alertCatalogue, articleLink, articleOf } from '../../src/domain/alerts';
import { pipelineAlarms } from '../../src/domain/pipelineAlarms';
import { failureCatalogue } from '../../src/failures';

const text = readFileSync(join(repositoryRoot, 'docs', 'runbook.md'), 'utf8');
const articles = text.split(/^## /m).slice(1);
const titles = articles.map((article) => article.split('\n')[0] ?? '');

const isKind = (name: string): name is AlertKind => Object.hasOwn(alertCatalogue, name);
const kinds = Object.keys(alertCatalogue).filter(isKind);
const alarms = Object.entries(pipelineAlarms);

/** The cells of the rows of a table of the head, by the words of its header. */
function rowsOf(...header: string[]): string[][] {
  const [, table = ''] = text.split(`| ${header.join(' | ')} |\n`);
  return (/^(?:\|.*\n)+/.exec(table)?.[0] ?? '')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

/** As GitHub links to a heading of the same page. */
const linkTo = (title: string): string => `[${title}](${articleLink(title, '')})`;

describe('the runbook', () => {
  it('has one article for each alert, alarm and failure type, and none for what is gone', () => {
    const wanted = [
      ...kinds.map(articleOf),
      ...alarms.map(([name]) => name),
      ...Object.keys(platformAlarms),
      ...Object.keys(failureCatalogue),
    ];
    expect([...titles].sort()).toEqual(wanted.sort());
  });

  it('tells in each article what it is and what to do', () => {
    for (const article of articles) expect(article).toMatch(/\*\*Description\.\*\* [^]*\*\*Resolution\.\*\* /);
  });

  it('lists the alerts with their severity, and the alarms with their metric, each with its link', () => {
    expect(rowsOf('alert', 'severity', 'raised').map(([alert, severity]) => [alert, severity])).toEqual(
      kinds.map((kind) => [linkTo(articleOf(kind)), alertCatalogue[kind].severity]),
    );
    expect(rowsOf('alarm', 'metric', 'goes off').map(([alarm, metric]) => [alarm, metric])).toEqual(
      alarms.map(([name, { metric }]) => [linkTo(name), `\`${metric}\``]),
    );
  });

  it('links to no article that is not there', () => {
    const anchors = new Set(titles.map((title) => articleLink(title, '')));
    const links = [...text.matchAll(/\]\((#[^)]+)\)/g)].map(([, anchor = '']) => anchor);
    expect(links.length).toBeGreaterThan(kinds.length);
    expect(links.filter((link) => !anchors.has(link))).toEqual([]);
  });

  it('says of each limit of an alarm what the alarm has', () => {
    const { 'No worker': noWorker, 'Live set too old': tooOld } = pipelineAlarms;
    expect(text).toContain(`no beat of the watchdog came for ${noWorker.periodMinutes} minutes`);
    expect(text).toContain(`ended more than ${tooOld.when.threshold} hours ago |`);
  });
});
