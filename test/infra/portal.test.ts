/** What a portal may say of itself, and what happens when the infrastructure or a portal is wrong. */
import { PortalInvalid, parsePortal } from '../../infra/portal';
import { synthesise } from './synthesis';

const arn = (id: string): string => `arn:aws:acm:eu-west-1:111122223333:certificate/${id}`;
const portal = {
  size: 'small',
  temporal: { address: 'eu-west-1.aws.api.temporal.io:7233', namespace: 'news.a1b2c', apiKeySecret: 'temporal' },
  collector: { certificateArn: arn('1'), allowedOrigins: ['https://news.example.org'] },
  serving: { certificateArn: arn('2'), clientNetworks: ['10.1.0.0/16'] },
  alerts: { runbookUrl: 'https://wiki.example.org/runbook.md' },
  monthlyBudgetUsd: 400,
};

describe('a portal', () => {
  it('says its size, its names and its limits, and needs no more', () => {
    expect(parsePortal(portal)).toMatchObject({
      name: 'frontpage',
      vpcNetwork: '10.40.0.0/16',
      clicksDays: 35,
      bulkLoad: false,
    });
  });

  it.each([
    ['size', { size: 'huge' }, /size/],
    [
      'origin without TLS',
      { collector: { ...portal.collector, allowedOrigins: ['http://news.example.org'] } },
      /needs https and no path/,
    ],
    [
      'network',
      { serving: { ...portal.serving, clientNetworks: ['everywhere'] } },
      /needs an IPv4 network, as 10\.20\.0\.0\/16/,
    ],
    [
      'certificate',
      { collector: { ...portal.collector, certificateArn: 'mine' } },
      /is not the ARN of a certificate of ACM/,
    ],
    ['address without a port', { temporal: { ...portal.temporal, address: 'temporal' } }, /needs host:port/],
    ['field that nobody reads', { bugdet: 3 }, /bugdet/],
    ['retention that keeps fewer days than training reads', { clicksDays: 2 }, /clicksDays/],
  ])('is refused for its %s, with the field and what it needs', (_, changes, message) => {
    const parse = (): unknown => parsePortal({ ...portal, ...changes }, 'portal.json');
    expect(parse).toThrow(PortalInvalid);
    expect(parse).toThrow(/^portal\.json: /);
    expect(parse).toThrow(message);
  });
});

describe('a synthesis', () => {
  it('fails with the one sentence that names the file and the field, when the portal is wrong', () => {
    const { status, said } = synthesise({ changes: { monthlyBudgetUsd: -1 } });
    expect(status).not.toBe(0);
    expect(said).toMatch(/portal\.json: .*\n.*monthlyBudgetUsd/);
    expect(said).not.toContain('    at ');
  });

  it('fails when a resource breaks a rule and nobody has given a reason', () => {
    const { status, said } = synthesise({ app: 'test/infra/openBucket.ts' });
    expect(status).not.toBe(0);
    expect(said).toContain('AwsSolutions-S10');
    expect(said).toContain('frontpage/Open');
  });
});
