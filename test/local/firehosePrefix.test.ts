/** Prefix expressions and object names, without a server. */

import { destinationSchema } from '../../local/firehose/destination';
import { compileTimePattern } from '../../local/firehose/javaTime';
import { objectKey } from '../../local/firehose/objectName';
import { compileErrorPrefix, compilePrefix } from '../../local/firehose/prefix';
import { clicksPrefixExpression, errorsPrefixExpression } from '../../src/domain/keys';

const oldestAtMs = Date.parse('2026-03-05T07:08:09.045Z');

test.each([
  ['yyyy-MM-dd', '2026-03-05'],
  ['yy/M/d', '26/3/5'],
  ['y', '2026'],
  ['uuuuMMdd', '20260305'],
  ['HH:mm:ss', '07:08:09'],
  ['H-m-s', '7-8-9'],
  ['SSS', '045'],
  ['S', '0'],
  ['DDD', '064'],
  ["'year='yyyy", 'year=2026'],
  ["HH'o''clock'", "07o'clock"],
  ["yyyy''MM", "2026'03"],
])('the time pattern %s is formatted as Java does', (pattern, text) => {
  expect(compileTimePattern(pattern)(oldestAtMs)).toBe(text);
});

test.each([
  ['YYYY', "'YYYY'"],
  ['EEE', "'EEE'"],
  ['MMM', "'MMM'"],
  ['HHH', "'HHH'"],
  ["'open", "'''"],
  ['[HH]', "'['"],
])('the time pattern %s is refused', (pattern, named) => {
  expect(() => compileTimePattern(pattern)).toThrow(`${named} of the timestamp pattern '${pattern}' is not supported`);
});

test('the prefixes of the lake are evaluated on the arrival of the oldest record', () => {
  expect(compilePrefix(clicksPrefixExpression).evaluate({ oldestAtMs })).toBe('clicks/dt=2026-03-05/hr=07/');
  expect(
    compileErrorPrefix(errorsPrefixExpression).evaluate({ oldestAtMs, errorOutputType: 'processing-failed' }),
  ).toBe('errors/processing-failed/dt=2026-03-05/hr=07/');
});

test.each([
  ['', '2026/03/05/07/'],
  ['legacy', 'legacy2026/03/05/07/'],
  ['legacy/', 'legacy/2026/03/05/07/'],
])('a prefix without expressions, %p, gets the hour appended as it is', (prefix, key) => {
  expect(compilePrefix(prefix).evaluate({ oldestAtMs })).toBe(key);
});

test('a prefix with any expression gets nothing appended, and each random string is another', () => {
  const [first, second, rest] = compilePrefix('!{firehose:random-string}/!{firehose:random-string}/x-')
    .evaluate({ oldestAtMs })
    .split('/');
  expect(first).toMatch(/^[A-Za-z0-9]{11}$/);
  expect(second).toMatch(/^[A-Za-z0-9]{11}$/);
  expect(second).not.toBe(first);
  expect(rest).toBe('x-');
});

test.each([
  ['a/!{firehose:error-output-type}/', 'Prefix cannot contain !{firehose:error-output-type}'],
  ['!{partitionKeyFromQuery:user}/', 'the local Firehose has no dynamic partitioning'],
  ['!{firehose:nonsense}/', 'Prefix has the unknown expression !{firehose:nonsense}'],
  ['!{timestamp:EEEE}/', "Prefix: 'EEEE' of the timestamp pattern 'EEEE' is not supported"],
  ['a/!{timestamp/', 'Prefix has an expression that is not of the form !{name:value}'],
])('the prefix %s is refused', (prefix, message) => {
  expect(() => compilePrefix(prefix)).toThrow(message);
});

test('an error prefix with expressions must say the type of error', () => {
  expect(() => compileErrorPrefix('errors/!{timestamp:yyyy}/')).toThrow(
    'ErrorOutputPrefix with expressions must contain !{firehose:error-output-type}',
  );
  expect(compileErrorPrefix('errors/').evaluate({ oldestAtMs })).toBe('errors/');
});

const uuid = '4d1b2f3a-0000-4000-8000-000000000000';

test.each([
  ['GZIP', undefined, '.gz'],
  ['UNCOMPRESSED', undefined, ''],
  ['GZIP', '.json.gz', '.json.gz'],
  ['GZIP', '', '.gz'],
] as const)('an object in %s with the file extension %p is named with %p', (format, extension, ending) => {
  const destination = destinationSchema.parse({
    RoleARN: 'arn:aws:iam::000000000000:role/delivery',
    BucketARN: 'arn:aws:s3:::lake',
    Prefix: 'p/!{timestamp:HH}/',
    CompressionFormat: format,
    FileExtension: extension,
  });
  const closedAtMs = Date.parse('2026-03-05T08:09:10.999Z');
  expect(objectKey({ stream: 'clicks', version: 3, destination, oldestAtMs, closedAtMs, uuid })).toBe(
    `p/07/clicks-3-2026-03-05-08-09-10-${uuid}${ending}`,
  );
});
