/** Headlines by article id, from the catalogue of the demo portal, which may grow. Format in docs/portal.md. */
import { readFile, stat } from 'node:fs/promises';
import { z } from 'zod';

export type Headlines = () => Promise<ReadonlyMap<string, string>>;

const catalogueSchema = z.object({
  schema: z.literal(1),
  articles: z.record(z.string(), z.object({ title: z.string() })),
});

/** Reads the file when it has changed. A look throws while the file cannot be read. */
export function headlinesIn(path: string): Headlines {
  let known: { readonly changedAtMs: number; readonly titles: ReadonlyMap<string, string> } | undefined;
  return async () => {
    const { mtimeMs } = await stat(path);
    if (known?.changedAtMs === mtimeMs) return known.titles;
    const { articles } = catalogueSchema.parse(JSON.parse(await readFile(path, 'utf8')));
    const titles = new Map(Object.entries(articles).map(([id, { title }]) => [id, title]));
    known = { changedAtMs: mtimeMs, titles };
    return titles;
  };
}
