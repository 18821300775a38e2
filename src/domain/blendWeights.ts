/** How much each part counts in what is served. The daily gate measures the weights, and a published set brings its own. */
import { field } from './field';

/** For one kind of moment; each part adds up to 1 over all articles, so weights can be compared. */
export interface MomentWeights {
  /**
   * Popularity among clicks that begin a visit, and among those that go on with one; one weight for each half-life. Below 0
   * it speaks against an article.
   */
  readonly popularFirst: readonly number[];
  readonly popularNext: readonly number[];
  /** The list of the article that the reader has open. */
  readonly nextList: number;
  /** What visits begin with, of readers who came through the same door. */
  readonly door: number;
  readonly personal: number;
}

export interface BlendWeights {
  readonly halfLivesMinutes: readonly number[];
  /** The reader comes; the reader goes on. */
  readonly first: MomentWeights;
  readonly next: MomentWeights;
  /** Older articles come after all others. */
  readonly maxAgeHours: number;
  /** Of a list, what one section may hold before the others have had their turn. */
  readonly maxSectionShare: number;
}

export const defaultBlendWeights: BlendWeights = {
  halfLivesMinutes: [2, 5, 15, 60],
  first: { popularFirst: [0.2, 0.15, 0.1, 0.05], popularNext: [0, 0, 0, 0], nextList: 0, door: 0.5, personal: 0 },
  next: { popularFirst: [0, 0, 0, 0], popularNext: [0.2, 0.15, 0.1, 0.05], nextList: 0.5, door: 0, personal: 0 },
  maxAgeHours: 96,
  maxSectionShare: 0.6,
};

export class InvalidBlendWeights extends Error {
  override readonly name = 'InvalidBlendWeights';
}

/** Throws `InvalidBlendWeights` that names the field. */
export function parseBlendWeights(value: unknown): BlendWeights {
  only(value, 'weights', ['halfLivesMinutes', 'first', 'next', 'maxAgeHours', 'maxSectionShare']);
  const halfLivesMinutes = numbers(value, 'halfLivesMinutes', '', undefined);
  if (halfLivesMinutes.length === 0 || !halfLivesMinutes.every((halfLife) => halfLife > 0)) {
    throw new InvalidBlendWeights('halfLivesMinutes must hold numbers above 0');
  }
  const maxSectionShare = number(value, 'maxSectionShare', '');
  if (maxSectionShare === 0 || maxSectionShare > 1) {
    throw new InvalidBlendWeights('maxSectionShare must be above 0 and at most 1');
  }
  return {
    halfLivesMinutes,
    first: moment(value, 'first', halfLivesMinutes.length),
    next: moment(value, 'next', halfLivesMinutes.length),
    maxAgeHours: number(value, 'maxAgeHours', ''),
    maxSectionShare,
  };
}

function moment(weights: unknown, name: 'first' | 'next', columns: number): MomentWeights {
  const value = field(weights, name);
  only(value, name, ['popularFirst', 'popularNext', 'nextList', 'door', 'personal']);
  return {
    popularFirst: numbers(value, 'popularFirst', `${name}.`, columns),
    popularNext: numbers(value, 'popularNext', `${name}.`, columns),
    nextList: number(value, 'nextList', `${name}.`),
    // Sets that were published before there was such a list have no weight for it.
    door: field(value, 'door') === undefined ? 0 : number(value, 'door', `${name}.`),
    personal: number(value, 'personal', `${name}.`),
  };
}

function only(value: unknown, name: string, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new InvalidBlendWeights(`${name} must be an object`);
  }
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) throw new InvalidBlendWeights(`${name} has an unknown field '${unknown.slice(0, 64)}'`);
}

function number(value: unknown, name: string, path: string): number {
  const found = field(value, name);
  if (!isFinite(found) || found < 0) throw new InvalidBlendWeights(`${path}${name} must be a number, 0 or more`);
  return found;
}

function numbers(value: unknown, name: string, path: string, count: number | undefined): number[] {
  const found: unknown = field(value, name);
  if (!Array.isArray(found) || !found.every(isFinite) || (count !== undefined && found.length !== count)) {
    throw new InvalidBlendWeights(`${path}${name} must be a list of ${count === undefined ? '' : `${count} `}numbers`);
  }
  return found;
}

const isFinite = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value);
