/** The default input of the demo: the clicks of a made-up newsroom. */
import { addDays, type RunDate, startOfDayMs } from '../../src/domain/runDate';
import { Newsroom, type NewsroomOptions } from '../newsroom/newsroom';
import { electionNight } from '../newsroom/rhythm';
import type { ClickSource, HourOfClicks } from './clickSource';

export interface NewsroomSourceOptions
  extends Pick<NewsroomOptions, 'seed' | 'readers' | 'clicksPerDay' | 'articlesPerDay'> {
  readonly runDate: RunDate;
  readonly historyDays: number;
  /** Whether the evening of the run date is an election night. */
  readonly election: boolean;
}

const hourMs = 3_600_000;

export function newsroomSource({ runDate, historyDays, election, ...shape }: NewsroomSourceOptions): ClickSource {
  const newsroom = new Newsroom({
    ...shape,
    startMs: startOfDayMs(addDays(runDate, -historyDays)),
    ...(election ? { electionDayMs: startOfDayMs(runDate) } : {}),
  });

  async function* hours(): AsyncGenerator<HourOfClicks> {
    for (let back = historyDays; back >= 0; back--) {
      const day = addDays(runDate, -back);
      for (let hour = 0; hour < 24; hour++) {
        yield { day, hour, clicks: [...newsroom.clicksUntil(startOfDayMs(day) + (hour + 1) * hourMs)] };
      }
    }
  }

  return {
    title: `a made-up newsroom, seed ${shape.seed}${election ? ', on an election night' : ''}`,
    historyDays,
    ...(election ? { risesAtMs: startOfDayMs(runDate) + electionNight.fromHour * hourMs } : {}),
    hours,
    titleOf: (articleId) => {
      const article = newsroom.article(articleId);
      return article && `${article.headline} (${article.section})`;
    },
    headlineOf: (articleId) => {
      const article = newsroom.article(articleId);
      if (article === undefined) return undefined;
      const { headline: title, section, publishedAtMs } = article;
      return { title, section, publishedAt: new Date(publishedAtMs).toISOString() };
    },
  };
}
