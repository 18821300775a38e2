/** The beacon, on a page in memory. That real browsers and a real collector agree with it: browser.test.ts. */
import { validateClick } from '../../src/domain/click';
import { FakePage, FakeStorage, type SentClick } from './fakePage';

const queue = 'frontpage.clicks';
const article = { article: 'a1', section: 'sport' };

const waiting = ({ items }: FakeStorage): SentClick[] => JSON.parse(items.get(queue) ?? '[]');
const idsOf = (clicks: readonly SentClick[]): string[] => clicks.map((click) => click.event_id);

describe('the beacon', () => {
  it('sends the opening of an article once, as a click that the collector takes, and keeps nothing of it', async () => {
    const page = new FakePage({
      data: { ...article, user: 'r1' },
      document: { referrer: 'https://search.example.net/?q=private' },
    });
    expect(page.requests).toEqual([]);
    await page.settle();
    await page.settle();
    expect(page.sent).toEqual([
      {
        event_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        user_id: 'r1',
        article_id: 'a1',
        occurred_at: '2026-11-23T10:00:00.000Z',
        section: 'sport',
        session_id: expect.stringMatching(/^[0-9a-f]{32}$/),
        referrer: 'https://search.example.net',
      },
    ]);
    expect(validateClick(page.sent[0])).toMatchObject({ ok: true });
    expect(waiting(page.local)).toEqual([]);
  });

  it('knows a reader again by an id of its own, where the page gives none', async () => {
    const local = new FakeStorage();
    const first = new FakePage({ data: article, local });
    await first.settle();
    const second = new FakePage({ data: article, local });
    await second.settle();
    expect(first.sent[0]?.user_id).toMatch(/^[0-9a-f]{32}$/);
    expect(second.sent.map(({ user_id }) => user_id)).toEqual([first.sent[0]?.user_id]);
  });

  it('sends clicks that the page reports together', async () => {
    const page = new FakePage({ data: article });
    page.call('click', 'a2', 'world');
    page.call('click', 'a3');
    await page.settle();
    expect(page.requests.map((clicks) => clicks.map(({ article_id }) => article_id))).toEqual([['a1', 'a2', 'a3']]);
  });

  it.each([
    ['Do Not Track', { navigator: { doNotTrack: '1' } }],
    ['Global Privacy Control', { navigator: { globalPrivacyControl: true } }],
    ['no consent', { data: { ...article, consent: 'false' } }],
    ['a consent that nobody has asked for', { data: { ...article, consent: '' } }],
  ])('sends and stores nothing with %s', async (_reason, options) => {
    const page = new FakePage({ data: article, ...options });
    page.call('click', 'a2');
    await page.settle();
    page.hear('pagehide');
    expect([page.requests, page.beacons, [...page.local.items]]).toEqual([[], [], []]);
  });

  it('lets no consent overrule Do Not Track', async () => {
    const page = new FakePage({ data: article, navigator: { doNotTrack: '1' } });
    page.call('consent', true);
    await page.settle();
    expect(page.requests).toEqual([]);
  });

  it('takes the consent from a flag of the page where its script has none', async () => {
    const withFlag = (given: boolean) =>
      new FakePage({ data: { article: 'a1', consent: undefined }, window: { frontpageConsent: given } });
    const [agreed, refused] = [withFlag(true), withFlag(false)];
    await agreed.settle();
    await refused.settle();
    expect([agreed.sent.length, refused.sent.length]).toEqual([1, 0]);
  });

  it('counts the open article when consent comes later, and forgets everything when it goes', async () => {
    const page = new FakePage({ data: { ...article, consent: 'false' } });
    page.status = 'unreachable';
    page.call('consent', true);
    expect(waiting(page.local)).toHaveLength(1);
    page.call('consent', false);
    expect([...page.local.items]).toEqual([]);
    await page.settle();
    page.hear('pagehide');
    expect([page.requests, page.beacons]).toEqual([[], []]);
  });

  it.each([503, 429, 403, 'unreachable'] as const)(
    'keeps clicks after %s, waits longer each time, and sends the same ids again',
    async (status) => {
      const page = new FakePage({ data: article });
      page.status = status;
      for (let tries = 0; tries < 8; tries++) await page.settle();
      const pauses = page.pauses.slice(1);
      expect(page.requests).toHaveLength(8);
      expect(Math.min(...pauses.slice(-3))).toBeGreaterThan(Math.max(...pauses.slice(0, 3)));
      expect(Math.max(...pauses)).toBeLessThanOrEqual(450_000);
      page.status = 202;
      page.hear('online');
      await page.settle();
      expect(new Set(idsOf(page.sent)).size).toBe(1);
      expect(waiting(page.local)).toEqual([]);
    },
  );

  it('gives up a click that the collector finds wrong, and no other of its batch', async () => {
    const page = new FakePage({ data: article });
    page.call('click', 'not an id');
    page.call('click', 'a3');
    page.status = 400;
    await page.settle();
    expect(page.requests.at(-1)).toHaveLength(3);
    for (let tries = 0; tries < 5; tries++) {
      const next = waiting(page.local)[0]?.article_id;
      page.status = next === 'not an id' ? 400 : 202;
      await page.settle();
    }
    expect(page.requests.slice(1).map((clicks) => clicks.map(({ article_id }) => article_id))).toEqual([
      ['a1'],
      ['not an id'],
      ['a3'],
    ]);
    expect(waiting(page.local)).toEqual([]);
  });

  it.each([
    ['is hidden', (page: FakePage) => page.turn('hidden')],
    ['closes', (page: FakePage) => page.hear('pagehide')],
  ])('gives what is not sent yet to the browser as the page %s, once, and to the next page too', async (_how, go) => {
    const local = new FakeStorage();
    const page = new FakePage({ data: article, local });
    go(page);
    page.hear('pagehide');
    expect(page.beacons.map(idsOf)).toEqual([idsOf(waiting(local))]);
    const next = new FakePage({ local });
    await next.settle();
    expect(next.requests.map(idsOf)).toEqual(page.beacons.map(idsOf));
    expect(waiting(local)).toEqual([]);
  });

  it('does not send again what it sends at this moment, as the page closes', async () => {
    const page = new FakePage({ data: article });
    const settled = page.settle();
    page.hear('pagehide');
    await settled;
    expect([page.requests.length, page.beacons.length]).toEqual([1, 0]);
  });

  it('keeps two hundred clicks at most, the newest, and none for longer than a day', async () => {
    const page = new FakePage({ data: article });
    page.status = 'unreachable';
    for (let n = 0; n < 300; n++) page.call('click', `b${n}`);
    expect(waiting(page.local).map(({ article_id }) => article_id)).toEqual(
      Array.from({ length: 200 }, (_, n) => `b${n + 100}`),
    );
    page.nowMs += 24 * 3_600_000 + 1;
    page.call('click', 'b300');
    expect(waiting(page.local).map(({ article_id }) => article_id)).toEqual(['b300']);
  });

  it('works without storage, for as long as the page is open', async () => {
    const local = new FakeStorage();
    local.isBlocked = true;
    const page = new FakePage({ data: article, local });
    page.status = 503;
    await page.settle();
    page.status = 202;
    await page.settle();
    expect(new Set(idsOf(page.sent)).size).toBe(1);
    expect(page.requests).toHaveLength(2);
  });

  it.each(['no JSON', '{"a":1}', '[null, 7, {"occurred_at":"never"}]'])(
    'goes on when somebody has written %s into its storage',
    async (text) => {
      const local = new FakeStorage();
      local.items.set(queue, text);
      const page = new FakePage({ data: article, local });
      await page.settle();
      expect(page.sent.map(({ article_id }) => article_id)).toEqual(['a1']);
    },
  );

  it('dates clicks by the clock of the server where the page tells it', async () => {
    const page = new FakePage({ data: { ...article, clock: String(Date.parse('2026-11-20T07:30:00Z')) } });
    await page.settle();
    expect(page.sent[0]?.occurred_at).toBe('2026-11-20T07:30:00.000Z');
  });

  it('counts a page that is made ready ahead only when it is shown', async () => {
    const page = new FakePage({ data: article, document: { prerendering: true } });
    await page.settle();
    expect(page.requests).toEqual([]);
    page.hear('prerenderingchange');
    await page.settle();
    expect(page.sent).toHaveLength(1);
  });

  it('never breaks the page: what goes wrong is a warning', async () => {
    const page = new FakePage({ data: article, window: { fetch: undefined } });
    await page.settle();
    page.call('click', 'a2');
    await page.settle();
    expect(page.warnings).not.toEqual([]);
    expect(waiting(page.local)).toHaveLength(2);
  });
});
