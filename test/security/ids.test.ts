/** Ids come from strangers, and keys and addresses are made of them. */

import { RequestRate } from '../../src/collector/requestRate';
import { loadAlertConfig, loadCodecServerConfig, loadOperatorConfig, loadServingConfig } from '../../src/config';
import { isId, isSection } from '../../src/domain/click';
import {
  freshPopularPk,
  freshSectionPk,
  nextListPk,
  popularPk,
  readerPk,
  sectionPk,
  versionsPk,
} from '../../src/domain/keys';
import { isLocalName } from '../../src/pages/localNames';
import { Inputs } from './fuzz/inputs';

describe('a key of the table', () => {
  it('names one thing, whatever the id: nobody’s id makes a key of somebody else, or of another kind', () => {
    const inputs = new Inputs(7);
    const made = new Map<string, string>();
    for (let n = 0; n < 20_000; n++) {
      const text = inputs.text();
      if (isId(text)) {
        made.set(`reader ${text}`, readerPk(text));
        made.set(`next ${text}`, nextListPk(text));
      }
      if (isSection(text)) {
        made.set(`section ${text}`, sectionPk(text));
        made.set(`fresh section ${text}`, freshSectionPk(text));
      }
    }
    for (const fixed of [popularPk, freshPopularPk, versionsPk, 'live']) made.set(fixed, fixed);
    expect(made.size).toBeGreaterThan(5000);
    expect(new Set(made.values()).size).toBe(made.size);
  });

  it.each([
    'u#r1',
    'a b',
    'a/../b',
    'a%2Fb',
    'a\n',
    '\na',
    'a\0',
    'ä',
    '',
    'x'.repeat(65),
    '<b>',
    'a"',
    "a'",
    'a\u2028',
  ])('is not made of %j', (text) => {
    expect(isId(text)).toBe(false);
    expect(isSection(text)).toBe(false);
  });
});

describe('the count of requests by address', () => {
  it('remembers no more than 64 characters of what a proxy passes on, colons or not', () => {
    for (const long of ['f'.repeat(64), `${'f'.repeat(30)}:${'f'.repeat(33)}`, `::${'1'.repeat(62)}`]) {
      const rate = new RequestRate(1);
      expect(rate.secondsToWait(`${long}a`, 0)).toBeUndefined();
      expect(rate.secondsToWait(`${long}b:c:d:e`, 0)).toBe(60);
    }
  });
});

describe('an address that only looks like this machine', () => {
  const environment = {
    AWS_REGION: 'us-east-1',
    FRONTPAGE_TABLE: 'table',
    FRONTPAGE_BUCKET: 'bucket',
    FRONTPAGE_PAYLOAD_KEYS: `k1:${Buffer.alloc(32).toString('base64')}`,
  };

  it.each(['127.example.org', '127.0.0.1.example.org', '127.', '0.0.0.0', '::', 'localhost.example.org'])(
    'opens nothing without a key: %s',
    (host) => {
      expect(() => loadServingConfig({ ...environment, SERVING_HOST: host })).toThrow('SERVING_API_KEY is missing');
      expect(() => loadOperatorConfig({ ...environment, OPERATOR_HOST: host })).toThrow('OPERATOR_KEY is missing');
      expect(() => loadCodecServerConfig({ ...environment, CODEC_SERVER_HOST: host })).toThrow(
        'CODEC_SERVER_API_KEY is missing',
      );
      expect(isLocalName(host)).toBe(false);
    },
  );

  it.each([
    'http://127.example.org/hook',
    'http://169.254.169.254/latest',
    'http://example.org',
    'file:///etc/passwd',
    'ftp://127.0.0.1',
  ])('gets no alert without https: %s', (url) => {
    expect(() => loadAlertConfig({ FRONTPAGE_ALERT_WEBHOOK_URL: url })).toThrow('is not an https address');
  });

  it.each(['file:///etc/passwd', 'gopher://127.0.0.1', '127.0.0.1:8000', 'javascript:alert(1)'])(
    'is no endpoint of AWS unless it is http or https: %s',
    (url) => {
      expect(() => loadServingConfig({ ...environment, AWS_ENDPOINT_URL: url })).toThrow('AWS_ENDPOINT_URL');
    },
  );
});
