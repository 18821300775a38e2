/**
 * The bytes of a fresh state: a name, a checksum of all that follows, the settings it was made under, the articles by id,
 * the readers by hash, and the folded weights.
 */
import { anyDoor } from './door';
import { type FreshArticle, FreshArticles } from './freshArticles';
import { ByteReader, ByteWriter } from './freshBytes';
import { hashOfBytes } from './freshHash';
import type { FreshSettings } from './freshSettings';
import { FreshTally } from './freshTally';
import { emptyTrace, type FreshTrace, tracesInOrder } from './freshTrace';

export interface FreshStateParts {
  readonly articles: FreshArticles;
  /** By hash of the reader. */
  readonly traces: Map<number, FreshTrace>;
  /** Of the visits that have left the window. */
  readonly folded: FreshTally;
  readonly prunedAtMs: number;
  readonly countedOneIn: number;
}

export class InvalidFreshState extends Error {
  override readonly name = 'InvalidFreshState';
}

const magic = 'frontpage-fresh-2\n';

export function encodeFreshState(parts: FreshStateParts, settings: FreshSettings): Buffer {
  const body = new ByteWriter();
  body.text(JSON.stringify(settings));
  body.whole(parts.prunedAtMs);
  body.whole(parts.countedOneIn);
  const numbers = writeArticles(body, parts.articles.sorted());
  writeTraces(body, parts.traces, numbers);
  writeTally(body, parts.folded, numbers);
  const bytes = body.finished();
  const head = Buffer.alloc(magic.length + 8);
  head.write(magic);
  head.writeDoubleLE(hashOfBytes(bytes), magic.length);
  return Buffer.concat([head, bytes]);
}

export function decodeFreshState(bytes: Uint8Array, settings: FreshSettings): FreshStateParts {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const bodyStart = magic.length + 8;
  if (whole.length < bodyStart || whole.toString('latin1', 0, magic.length) !== magic) {
    throw new InvalidFreshState(`not a fresh state: it does not begin with '${magic.trim()}'`);
  }
  const content = whole.subarray(bodyStart);
  if (hashOfBytes(content) !== whole.readDoubleLE(magic.length)) {
    throw new InvalidFreshState('the fresh state is damaged or cut short: use an earlier one');
  }
  const body = new ByteReader(content);
  if (body.text() !== JSON.stringify(settings)) {
    throw new InvalidFreshState('the fresh state was made under other settings: begin with an empty one');
  }
  const prunedAtMs = body.whole();
  const countedOneIn = body.whole();
  const articles = readArticles(body);
  const traces = readTraces(body, articles);
  const folded = readTally(body, articles, settings);
  return {
    articles: new FreshArticles(new Map(articles.map((article) => [article.id, article]))),
    traces,
    folded,
    prunedAtMs,
    countedOneIn,
  };
}

/** The number of each article. */
function writeArticles(body: ByteWriter, articles: readonly FreshArticle[]): Map<FreshArticle, number> {
  const numbers = new Map<FreshArticle, number>();
  body.whole(articles.length);
  for (const article of articles) {
    numbers.set(article, numbers.size);
    body.text(article.id);
    body.whole(article.firstSeenMs);
    body.text(article.section ?? '');
    body.whole(article.sectionVotes);
  }
  return numbers;
}

function readArticles(body: ByteReader): FreshArticle[] {
  return Array.from({ length: body.whole() }, () => {
    const id = body.text();
    const firstSeenMs = body.whole();
    const section = body.text();
    return { id, firstSeenMs, section: section === '' ? undefined : section, sectionVotes: body.whole(), clicks: 0 };
  });
}

function writeTraces(
  body: ByteWriter,
  traces: ReadonlyMap<number, FreshTrace>,
  numbers: ReadonlyMap<FreshArticle, number>,
): void {
  let previousReader = 0;
  body.whole(traces.size);
  for (const [reader, { articles, timesMs, doors }] of tracesInOrder(traces)) {
    body.whole(reader - previousReader);
    previousReader = reader;
    body.whole(articles.length);
    let previousMs = 0;
    for (const [place, article] of articles.entries()) {
      const timeMs = timesMs[place] ?? 0;
      body.whole(numbers.get(article) ?? 0);
      body.whole(timeMs - previousMs);
      body.whole(doors[place] ?? anyDoor);
      previousMs = timeMs;
    }
  }
}

function readTraces(body: ByteReader, known: readonly FreshArticle[]): Map<number, FreshTrace> {
  const traces = new Map<number, FreshTrace>();
  let reader = 0;
  for (let left = body.whole(); left > 0; left--) {
    reader += body.whole();
    const trace = emptyTrace();
    let timeMs = 0;
    for (let clicks = body.whole(); clicks > 0; clicks--) {
      const article = numbered(known, body.whole());
      timeMs += body.whole();
      article.clicks += 1;
      trace.articles.push(article);
      trace.timesMs.push(timeMs);
      trace.doors.push(body.whole());
    }
    traces.set(reader, trace);
  }
  return traces;
}

function writeTally(body: ByteWriter, tally: FreshTally, numbers: ReadonlyMap<FreshArticle, number>): void {
  const numberOf = (article: FreshArticle): number => numbers.get(article) ?? 0;
  body.whole(tally.atMs);
  body.whole(tally.articles.size);
  for (const [article, { first, next, pairs, support }] of tally.articles) {
    body.whole(numberOf(article));
    for (const sum of [...first, ...next, support]) body.float(sum);
    body.whole(pairs.size);
    for (const [other, weight] of pairs) {
      body.whole(numberOf(other));
      body.float(weight);
    }
  }
}

function readTally(body: ByteReader, known: readonly FreshArticle[], settings: FreshSettings): FreshTally {
  const tally = new FreshTally(settings, body.whole());
  const sums = () => settings.halfLivesMinutes.map(() => body.float());
  for (let left = body.whole(); left > 0; left--) {
    const article = numbered(known, body.whole());
    const weights = { first: sums(), next: sums(), support: body.float(), pairs: new Map<FreshArticle, number>() };
    for (let pairs = body.whole(); pairs > 0; pairs--) {
      const other = numbered(known, body.whole());
      weights.pairs.set(other, body.float());
    }
    tally.articles.set(article, weights);
  }
  return tally;
}

function numbered(known: readonly FreshArticle[], number: number): FreshArticle {
  const article = known[number];
  if (article === undefined) throw new InvalidFreshState(`the fresh state has no article ${number}`);
  return article;
}
