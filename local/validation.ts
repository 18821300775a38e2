/** Turns what zod finds wrong into the texts with which AWS services answer. */
import type { z } from 'zod';
import { AwsError } from './aws-json';

type Issue = z.core.$ZodIssue;

export interface ValidationTexts {
  /** Whether the service repeats the value it refuses; Firehose does not. */
  readonly repeatsValues: boolean;
}

export function validationError(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** Parses an operation's input; throws SerializationException for a wrong JSON type, else ValidationException. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  { repeatsValues }: ValidationTexts = { repeatsValues: true },
): z.infer<Schema> {
  const result = schema.safeParse(input, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const wrongType = issues.find((issue) => issue.code === 'invalid_type' && issue.input !== undefined);
  if (wrongType) {
    throw new AwsError('SerializationException', `'${memberPath(wrongType.path)}': ${wrongType.message}`);
  }
  const texts = issues.map((issue) => describeIssue(issue, repeatsValues));
  throw validationError(
    `${texts.length} validation error${texts.length === 1 ? '' : 's'} detected: ${texts.join('; ')}`,
  );
}

/** `InputDataConfig[0].ChannelName` is called `inputDataConfig.1.member.channelName` by the service. */
function memberPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) =>
      typeof part === 'number' ? `${part + 1}.member` : String(part).replace(/^[A-Z]/, (first) => first.toLowerCase()),
    )
    .join('.');
}

function describeIssue(issue: Issue, repeatsValues: boolean): string {
  // A key of a map is judged by the schema of its key, whose findings lie one level deeper.
  if (issue.code === 'invalid_key') {
    const [inner] = issue.issues;
    const rule = inner === undefined ? 'Map keys must satisfy constraint' : constraintOf(inner);
    return `Value at '${memberPath(issue.path.slice(0, -1))}' failed to satisfy constraint: Map keys must satisfy constraint: [${rule}]`;
  }
  const value = issue.input === undefined ? ' null' : ` '${textOf(issue.input)}'`;
  return `Value${repeatsValues ? value : ''} at '${memberPath(issue.path)}' failed to satisfy constraint: ${constraintOf(issue)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'null');
}

function constraintOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return 'Member must not be null';
    case 'too_small':
      return `Member must have ${measureOf(issue.origin)} greater than or equal to ${String(issue.minimum)}`;
    case 'too_big':
      return `Member must have ${measureOf(issue.origin)} less than or equal to ${String(issue.maximum)}`;
    case 'invalid_format':
      return `Member must satisfy regular expression pattern: ${(issue.pattern ?? '').replace(/^\/(.*)\/$/, '$1').replaceAll('\\/', '/')}`;
    case 'invalid_value':
      // The service answers a missing enum like any missing member.
      return issue.input === undefined
        ? 'Member must not be null'
        : `Member must satisfy enum value set: [${issue.values.map(String).join(', ')}]`;
    case 'custom':
      return String(issue.params?.['constraint'] ?? issue.message);
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      return issue.message;
  }
}

function measureOf(origin: string): string {
  return origin === 'number' || origin === 'int' ? 'value' : 'length';
}
