/** The file of articles and readers that the demo portal shows and the operator's page takes headlines from. Format in docs/portal.md. */
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
/** As it is written. */
export type CatalogueFile = z.input<typeof catalogueSchema>;
export type CatalogueContent = z.output<typeof catalogueSchema>;

export class InvalidCatalogue extends Error {
  override readonly name = 'InvalidCatalogue';
}

/** What is made of the file; read again when it has changed. A look throws `InvalidCatalogue` while the file cannot be read. */
export function catalogueIn<Made>(path: string, make: (content: CatalogueContent) => Made): () => Promise<Made> {
  let known: { readonly changedAtMs: number; readonly made: Made } | undefined;
  return async () => {
    try {
      const { mtimeMs } = await stat(path);
      if (known?.changedAtMs !== mtimeMs) {
        const parsed = catalogueSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
        if (!parsed.success) throw new InvalidCatalogue(z.prettifyError(parsed.error));
        known = { changedAtMs: mtimeMs, made: make(parsed.data) };
      }
      return known.made;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new InvalidCatalogue(`the portal's catalogue cannot be read: ${reason} [file=${path}]`, { cause: error });
    }
  };
}
