import { anyDoor, doorOf } from '../../src/domain/door';

describe('the door of a click', () => {
  it('is the site that it was referred from, whatever the page or the case of its name', () => {
    const search = doorOf('https://search.example.net');
    expect(doorOf('https://search.example.net/?q=budget')).toBe(search);
    expect(doorOf('HTTPS://Search.Example.net#top')).toBe(search);
    expect(doorOf('https://social.example.net')).not.toBe(search);
    expect(doorOf('http://search.example.net')).not.toBe(search);
  });

  it('is the referrer itself where that is no address', () => {
    expect(doorOf('newsletter')).not.toBe(doorOf('push'));
    expect(doorOf('newsletter')).toBe(doorOf('newsletter'));
  });

  it('is one of its own for clicks without a referrer, and none is the door of all', () => {
    expect(doorOf(undefined)).toBe(doorOf(''));
    const doors = Array.from({ length: 50_000 }, (_, site) => doorOf(`https://site-${site}.example`));
    expect(Math.min(...doors)).toBeGreaterThan(anyDoor);
    expect(Math.max(...doors)).toBeLessThan(2 ** 14);
    expect(new Set(doors).size).toBeGreaterThan(15_000);
  });
});
