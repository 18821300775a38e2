/**
 * Headlines for a portal that no day is played for, as docker-compose.yml starts one: `tsx local/demo/portalArticles.ts DIR` writes
 * the articles that the newsroom's readers opened yesterday, and three of these readers. Where there is a catalogue, it stays.
 */
import { existsSync } from 'node:fs';
import { lastCompleteDay, type RunDate } from '../../src/domain/runDate';
import { catalogueFileIn } from '../portalCatalogue';
import { catalogued } from './catalogued';
import { newsroomSource } from './newsroomSource';

/** A small portal: some hundred articles with a headline. */
const shape = { seed: 42, readers: 2000, clicksPerDay: 2000, articlesPerDay: 100, historyDays: 0, election: false };

export async function ensurePortalArticles(dir: string, day: RunDate): Promise<void> {
  if (existsSync(catalogueFileIn(dir))) return;
  // The catalogue is written as its hours are read.
  const hours = catalogued(newsroomSource({ ...shape, runDate: day }), day, dir).hours();
  while (!(await hours.next()).done);
}

if (require.main === module) {
  const [, , dir] = process.argv;
  if (dir === undefined) {
    console.error('give the folder of the catalogue');
    process.exitCode = 2;
  } else {
    ensurePortalArticles(dir, lastCompleteDay(Date.now())).catch((error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    });
  }
}
