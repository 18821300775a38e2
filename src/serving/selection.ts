/** The parameters of a request, checked. */
import { z } from 'zod';
import { isId, isReferrer, isSection, referrerRule } from '../domain/click';
import { doorOf } from '../domain/door';
import type { Selection } from './frontPage';

const defaultLimit = 10;
const maxLimit = 50;
const maxExcluded = 100;
const maxRecent = 20;
const idRule = '1 to 64 letters, digits, or _ . : -';

function idsUpTo(most: number) {
  return z
    .string('must be given once, as ids separated by commas')
    .transform((text) => (text === '' ? [] : text.split(',')))
    .refine((ids) => ids.length <= most, `must hold at most ${most} ids`)
    .refine((ids) => ids.every(isId), `must be ids of ${idRule}, separated by commas`)
    .default([]);
}

const limitRule = `must be a whole number from 1 to ${maxLimit}`;
const selectionSchema = z.object({
  limit: z
    .string(limitRule)
    .regex(/^\d{1,2}$/, limitRule)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= maxLimit, limitRule)
    .default(defaultLimit),
  exclude: idsUpTo(maxExcluded),
  current: z.string('must be given once').refine(isId, `must be ${idRule}`).optional(),
  recent: idsUpTo(maxRecent),
  referrer: z.string('must be given once').refine(isReferrer, referrerRule).optional(),
});
const idSchema = z.object({ id: z.string().refine(isId, `must be ${idRule}`) });
const sectionSchema = z.object({
  section: z.string().refine(isSection, 'must be 1 to 32 lower-case letters, digits, or -'),
});

/** A parameter of the request is not as it must be. */
export class InvalidParameter extends Error {
  override readonly name = 'InvalidParameter';
  constructor(
    readonly parameter: string,
    rule: string,
  ) {
    super(`${parameter} ${rule}`);
  }
}

/** What the reader has read in this visit, and has open, is not recommended either. */
export function parseSelection(query: unknown): Selection {
  const { limit, exclude, current, recent, referrer } = parse(selectionSchema, query);
  const visit = [...new Set(current === undefined ? recent : [current, ...recent])];
  const door = referrer === undefined ? {} : { door: doorOf(referrer) };
  return { limit, exclude: new Set([...exclude, ...visit]), visit, ...door };
}
export const parseReaderId = (params: unknown): string => parse(idSchema, params).id;
export const parseArticleId = (params: unknown): string => parse(idSchema, params).id;
export const parseSection = (params: unknown): string => parse(sectionSchema, params).section;

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidParameter(String(issue?.path[0] ?? 'request'), issue?.message ?? 'is not readable');
}
