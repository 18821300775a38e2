import { RequestRate } from '../../src/collector/requestRate';

const minuteMs = 60_000;

/** What each request is told, in their order. */
const told = (rate: RequestRate, nowMs: number, ...addresses: string[]): (number | undefined)[] =>
  addresses.map((address) => rate.secondsToWait(address, nowMs));

describe('the rate of a client', () => {
  it('is counted for a minute from its first request on, and then anew', () => {
    const rate = new RequestRate(2);
    expect(told(rate, 1000, 'a')).toEqual([undefined]);
    expect(told(rate, 31_000, 'a', 'a', 'a')).toEqual([undefined, 30, 30]);
    expect(told(rate, 1000 + minuteMs - 1, 'a')).toEqual([1]);
    expect(told(rate, 1000 + minuteMs, 'a', 'a', 'a')).toEqual([undefined, undefined, 60]);
  });

  it('says nothing of other clients', () => {
    expect(told(new RequestRate(1), 0, '192.0.2.1', '192.0.2.2', '192.0.2.1')).toEqual([undefined, undefined, 60]);
  });

  it.each([
    ['all addresses of an IPv6 network of 64 bits', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::9'],
    ['an IPv6 network with groups left out', '2001:db8::1', '2001:db8:0:0:ffff::'],
    ['an IPv6 network in other letters', '2001:db8:0:a::1', '2001:0DB8:0:A::1'],
    ['an IPv4 address in the clothes of IPv6', '::ffff:192.0.2.1', '192.0.2.1'],
    ['the machine itself', '::1', '::2'],
  ])('is that of one client for %s', (_what, first, second) => {
    expect(told(new RequestRate(1), 0, first, second)).toEqual([undefined, 60]);
  });

  it.each([
    ['the network', '2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['what is left out', '2001:db8::1', '2001:db8:0:1::1'],
    ['the address of IPv4', '::ffff:192.0.2.1', '::ffff:192.0.2.2'],
  ])('is that of two clients when they differ in %s', (_what, first, second) => {
    expect(told(new RequestRate(1), 0, first, second)).toEqual([undefined, undefined]);
  });

  it('is remembered of 50,000 clients, and forgotten of the longest unseen', () => {
    const rate = new RequestRate(1);
    const others = Array.from({ length: 49_999 }, (_, index) => `client-${index}`);
    told(rate, 0, 'seen again', ...others);
    expect(told(rate, 0, 'seen again', 'one more')).toEqual([60, undefined]);
    expect(told(rate, 0, 'seen again', 'client-1', 'client-0')).toEqual([60, 60, undefined]);
  });
});
