/** The same clicks, with a catalogue of their articles beside them: each headline is there before the first click on it is sent. */

import type { CatalogueFile } from '../../src/clients/catalogueFile';
import type { RunDate } from '../../src/domain/runDate';
import { writeCatalogue } from '../portalCatalogue';
import type { ClickSource, HourOfClicks } from './clickSource';
import { exampleReaders } from './demoState';

export function catalogued(source: ClickSource, runDate: RunDate, stateDir: string): ClickSource {
  async function* hours(): AsyncGenerator<HourOfClicks> {
    const articles: CatalogueFile['articles'] = {};
    const clicksOfReader = new Map<string, number>();
    for await (const hour of source.hours()) {
      for (const { article_id: id, section } of hour.clicks) {
        articles[id] ??= source.headlineOf(id) ?? {
          title: `Article ${id}`,
          ...(section === undefined ? {} : { section }),
        };
      }
      if (hour.day === runDate) {
        for (const { user_id: id } of hour.clicks) clicksOfReader.set(id, (clicksOfReader.get(id) ?? 0) + 1);
        writeCatalogue(stateDir, exampleReaders(clicksOfReader), articles);
      }
      yield hour;
    }
  }
  return { ...source, hours };
}
