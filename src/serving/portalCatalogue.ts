/**
 * What the demo portal knows of articles and readers: a file that may grow while the portal runs. A serving process knows only
 * ids, as it should; headlines belong to whoever writes the pages.
 */
import { type CatalogueContent, catalogueIn } from '../clients/catalogueFile';

export interface Headline {
  readonly articleId: string;
  readonly title: string;
  readonly section?: string;
  readonly publishedAtMs?: number;
}

export interface Catalogue {
  readonly site: string;
  readonly readers: readonly string[];
  /** In order of their names. */
  readonly sections: readonly string[];
  /** By id alone, where nothing else is known. */
  headline(articleId: string): Headline;
  has(articleId: string): boolean;
  newest(count: number): readonly Headline[];
}

export interface CatalogueSource {
  current(): Promise<Catalogue>;
}

/** How long the file is used without another look at it. */
const lookEveryMs = 1000;

/** Throws `InvalidCatalogue` for a file that cannot be read now; one that breaks later is told of, and the last good one stays. */
export async function openCatalogue(path: string, onFailure: (error: unknown) => void): Promise<CatalogueSource> {
  const read = catalogueIn(path, toCatalogue);
  let known = await read();
  let lookedAtMs = performance.now();
  return {
    async current() {
      if (performance.now() - lookedAtMs >= lookEveryMs) {
        lookedAtMs = performance.now();
        try {
          known = await read();
        } catch (error) {
          onFailure(error);
        }
      }
      return known;
    },
  };
}

export function toCatalogue({ site, readers, articles }: CatalogueContent): Catalogue {
  const headlines = new Map(
    Object.entries(articles).map(([articleId, { title, section, publishedAt }]): [string, Headline] => [
      articleId,
      {
        articleId,
        title,
        ...(section === undefined ? {} : { section }),
        ...(publishedAt === undefined ? {} : { publishedAtMs: Date.parse(publishedAt) }),
      },
    ]),
  );
  const sections = new Set([...headlines.values()].flatMap(({ section }) => section ?? []));
  const newestFirst = [...headlines.values()].sort((a, b) => (b.publishedAtMs ?? 0) - (a.publishedAtMs ?? 0));
  return {
    site,
    readers,
    sections: [...sections].sort(),
    headline: (articleId) => headlines.get(articleId) ?? { articleId, title: `Article ${articleId}` },
    has: (articleId) => headlines.has(articleId),
    newest: (count) => newestFirst.slice(0, count),
  };
}
