/** Prefixes with expressions, `!{namespace:value}`: refused where Firehose refuses them, evaluated where it evaluates them. */
import { randomInt } from 'node:crypto';
import { invalidArgument } from './errors';
import { compileTimePattern, UnsupportedPattern } from './javaTime';

export interface PrefixContext {
  /** Arrival of the object's oldest record; every timestamp of one prefix reads this one instant. */
  readonly oldestAtMs: number;
  readonly errorOutputType?: string;
}

export interface PrefixTemplate {
  readonly hasExpressions: boolean;
  evaluate(context: PrefixContext): string;
}

type Part = (context: PrefixContext) => string;

const expression = /!\{([^}:]*):([^}]*)\}/g;
const hourFolders = compileTimePattern('yyyy/MM/dd/HH/');

/** The prefix of delivered objects. Without any expression the hour is appended as it is, with no slash before it. */
export function compilePrefix(text: string): PrefixTemplate {
  const { parts, names } = compile(text, 'Prefix');
  if (names.includes('firehose:error-output-type')) {
    throw invalidArgument('Prefix cannot contain !{firehose:error-output-type}: it belongs into ErrorOutputPrefix');
  }
  const hasExpressions = names.length > 0;
  return {
    hasExpressions,
    evaluate: (context) => evaluateAll(parts, context) + (hasExpressions ? '' : hourFolders(context.oldestAtMs)),
  };
}

/** The prefix of what could not be delivered. */
export function compileErrorPrefix(text: string): PrefixTemplate {
  const { parts, names } = compile(text, 'ErrorOutputPrefix');
  if (names.length > 0 && !names.includes('firehose:error-output-type')) {
    throw invalidArgument('ErrorOutputPrefix with expressions must contain !{firehose:error-output-type}');
  }
  return { hasExpressions: names.length > 0, evaluate: (context) => evaluateAll(parts, context) };
}

function compile(text: string, field: string): { parts: Part[]; names: string[] } {
  const parts: Part[] = [];
  const names: string[] = [];
  let end = 0;
  const literal = (piece: string): void => {
    if (piece.includes('!{')) throw invalidArgument(`${field} has an expression that is not of the form !{name:value}`);
    parts.push(() => piece);
  };
  for (const match of text.matchAll(expression)) {
    const [whole, namespace = '', value = ''] = match;
    literal(text.slice(end, match.index));
    parts.push(partOf(namespace, value, field));
    names.push(`${namespace}:${value}`);
    end = match.index + whole.length;
  }
  literal(text.slice(end));
  return { parts, names };
}

function partOf(namespace: string, value: string, field: string): Part {
  if (namespace === 'timestamp') {
    const format = timeFormat(value, field);
    return ({ oldestAtMs }) => format(oldestAtMs);
  }
  if (namespace === 'firehose' && value === 'random-string') return randomString;
  if (namespace === 'firehose' && value === 'error-output-type') return ({ errorOutputType }) => errorOutputType ?? '';
  if (namespace.startsWith('partitionKeyFrom')) {
    throw invalidArgument(`${field} uses !{${namespace}:…}, and the local Firehose has no dynamic partitioning`);
  }
  throw invalidArgument(`${field} has the unknown expression !{${namespace}:${value}}`);
}

function timeFormat(pattern: string, field: string): (atMs: number) => string {
  try {
    return compileTimePattern(pattern);
  } catch (error) {
    if (error instanceof UnsupportedPattern) throw invalidArgument(`${field}: ${error.message}`);
    throw error;
  }
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Another one for each use. */
function randomString(): string {
  return Array.from({ length: 11 }, () => alphabet[randomInt(alphabet.length)]).join('');
}

function evaluateAll(parts: readonly Part[], context: PrefixContext): string {
  return parts.map((part) => part(context)).join('');
}
