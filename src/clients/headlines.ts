/** Headlines by article id, from the catalogue of the demo portal, which may grow. */
import { catalogueIn } from './catalogueFile';

export type Headlines = () => Promise<ReadonlyMap<string, string>>;

/** A look throws while the file cannot be read. */
export function headlinesIn(path: string): Headlines {
  return catalogueIn(
    path,
    ({ articles }) => new Map(Object.entries(articles).map(([id, { title }]): [string, string] => [id, title])),
  );
}
