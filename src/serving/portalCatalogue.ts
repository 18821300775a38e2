/**
 * What the demo portal knows of articles and readers: a file that may grow while the portal runs. A serving process knows only
 * ids, as it should; headlines belong to whoever writes the pages. Format in docs/portal.md.
 */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';
import { isId, isSection } from '../domain/click';

const id = z.string().refine(isId, 'is no id');
const catalogueSchema = z.object({
  schema: z.literal(1),
  /** The name of the site. */
  site: z.string().min(1).max(60),
  /** Whom the reader switcher offers. */
  readers: z.array(id).max(20),
  articles: z.record(
    id,
    z.object({
      title: z.string().min(1).max(300),
      section: z.string().refine(isSection, 'is no section').optional(),
      publishedAt: z.iso.datetime().optional(),
    }),
  ),
});
export type CatalogueFile = z.input<typeof catalogueSchema>;

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

export class InvalidCatalogue extends Error {
  override readonly name = 'InvalidCatalogue';
}

export interface CatalogueSource {
  current(): Promise<Catalogue>;
}

/** How long the file is used without another look at it. */
const lookEveryMs = 1000;

/** Throws `InvalidCatalogue` for a file that cannot be read now; one that breaks later is told of, and the last good one stays. */
export async function openCatalogue(path: string, onFailure: (error: unknown) => void): Promise<CatalogueSource> {
  let known = await load(path);
  let lookedAtMs = performance.now();

  async function look(): Promise<void> {
    try {
      if ((await stat(path)).mtimeMs !== known.changedAtMs) known = await load(path);
    } catch (error) {
      onFailure(error);
    }
  }

  return {
    async current() {
      if (performance.now() - lookedAtMs >= lookEveryMs) {
        lookedAtMs = performance.now();
        await look();
      }
      return known.catalogue;
    },
  };
}

async function load(path: string): Promise<{ readonly catalogue: Catalogue; readonly changedAtMs: number }> {
  try {
    const { mtimeMs } = await stat(path);
    const parsed = catalogueSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (!parsed.success) throw new InvalidCatalogue(z.prettifyError(parsed.error));
    return { catalogue: toCatalogue(parsed.data), changedAtMs: mtimeMs };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidCatalogue(`the portal's catalogue cannot be read: ${reason} [file=${path}]`, { cause: error });
  }
}

export function toCatalogue({ site, readers, articles }: z.output<typeof catalogueSchema>): Catalogue {
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
