/** The demo portal over HTTP. What a reader sees of it in a browser: browser.test.ts. */
import { renameSync, writeFileSync } from 'node:fs';
import { doorOf } from '../../src/domain/door';
import {
  headlines,
  type PortalFixtureOptions,
  readNow,
  type StartedPortal,
  startPortal,
  version,
} from './portalFixture';

const open: StartedPortal[] = [];

async function start(options: PortalFixtureOptions = {}): Promise<StartedPortal> {
  const portal = await startPortal(options);
  open.push(portal);
  return portal;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((portal) => portal.close()));
});

const cookie = (text: string): Record<string, string> => ({ cookie: text });
const cookiesOf = (response: Response): string[] =>
  response.headers.getSetCookie().map((one) => one.split(';')[0] ?? '');

/** Articles of a page in its order, by their links. */
const linked = (page: string): string[] =>
  [...page.matchAll(/href="\/article\/([^"]+)"/g)].map((match) => match[1] ?? '');

describe('the front page', () => {
  it('shows the list of the reader, and says of which tier and version it is', async () => {
    const { get } = await start();
    const page = await (await get('/', cookie('fp_reader=r1'))).text();
    expect(linked(page).slice(0, 13)).toEqual(Array.from({ length: 13 }, (_, n) => `p${n + 1}`));
    expect(page).toContain('Headline number 1 of the day');
    expect(page).toContain('personal: your own list');
    expect(page).toContain(version);
    expect(page).toContain('It is number 1 of your personal list.');
  });

  it('shows nobody known what everybody is served', async () => {
    const { get } = await start();
    const page = await (await get('/')).text();
    expect(linked(page)[0]).toBe('p21');
    expect(page).toContain(`It was number 1 of the most read when version ${version} was made.`);
  });

  it('shows no article twice, in the list of the reader and below its section', async () => {
    const { get } = await start();
    const articles = linked(await (await get('/')).text());
    expect(articles.length).toBeGreaterThan(13);
    expect(new Set(articles).size).toBe(articles.length);
  });

  it('says when what is read now leads, and when that was counted', async () => {
    const { get, reader } = await start();
    readNow(reader, 'p30 p31');
    const page = await (await get('/', cookie('fp_reader=r1'))).text();
    expect(linked(page)[0]).toBe('p30');
    expect(page).toContain('It is number 1 of what everybody reads now.');
    expect(page).toMatch(/as of \d\d:\d\d UTC/);
  });

  it('goes on with the visit: what was opened is not shown again', async () => {
    const { get } = await start();
    const page = await (await get('/', cookie('fp_reader=r1; fp_consent=yes; fp_visit=p1|p3'))).text();
    expect(linked(page).slice(0, 2)).toEqual(['p2', 'p4']);
  });

  it('shows the newest headlines, and says so, while nothing can be served', async () => {
    const { get, reader } = await start();
    reader.version = undefined;
    const page = await (await get('/')).text();
    expect(page).toContain('No list has been published yet');
    expect(linked(page)[0]).toBe('p1');
  });

  it('takes a catalogue that has grown, and keeps the last good one when it breaks', async () => {
    const { get, catalogueFile } = await start();
    const grown = headlines();
    grown.articles['p21'] = { title: 'A headline that was written anew' };
    writeFileSync(`${catalogueFile}.new`, JSON.stringify(grown));
    renameSync(`${catalogueFile}.new`, catalogueFile);
    const shown = async (): Promise<boolean> => (await (await get('/')).text()).includes('written anew');
    while (!(await shown())) await new Promise((resolve) => setTimeout(resolve, 50));
    writeFileSync(catalogueFile, '{');
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await shown()).toBe(true);
  });
});

describe('a page of the portal', () => {
  it('escapes what the catalogue says', async () => {
    const catalogue = headlines();
    catalogue.articles['p1'] = { title: '<script>alert("1")</script> & \'more\'' };
    const { get } = await start({ catalogue });
    const page = await (await get('/', cookie('fp_reader=r1'))).text();
    expect(page).not.toContain('<script>alert');
    expect(page).toContain('&#60;script&#62;alert(&#34;1&#34;)&#60;/script&#62; &#38; &#39;more&#39;');
  });

  it('lets a browser run and load nothing but its own files, and send only to the collector', async () => {
    const { get } = await start();
    const response = await get('/article/p1');
    expect(response.headers.get('content-security-policy')?.split('; ')).toEqual([
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      "connect-src 'self' https://clicks.example.org",
      "form-action 'self'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.text()).not.toMatch(/ style="| on[a-z]+="|<script>/);
  });

  it('gives the beacon the article, and the consent that was given', async () => {
    const { get } = await start();
    const script = async (cookies: string): Promise<string> =>
      /<script[^>]*>/.exec(await (await get('/article/p2', cookie(cookies))).text())?.[0] ?? '';
    const agreed = await script('fp_reader=r1; fp_consent=yes');
    for (const attribute of ['consent="true"', 'article="p2"', 'section="world"', 'user="r1"']) {
      expect(agreed).toContain(`data-${attribute}`);
    }
    expect(await script('fp_reader=r1')).toContain('data-consent="false"');
    expect(await script('fp_reader=r1; fp_consent=no')).toContain('data-consent="false"');
  });

  it('remembers an opened article for the visit, with consent only', async () => {
    const { get } = await start();
    const opened = await get('/article/p2', cookie('fp_consent=yes; fp_visit=p1|p2|p3'));
    expect(cookiesOf(opened)).toEqual(['fp_visit=p2|p1|p3', `fp_door=${doorOf(undefined)}`]);
    expect(cookiesOf(await get('/article/p2', cookie('fp_visit=p1')))).toEqual([]);
  });

  it('remembers through which door a reader came to an article, and begins the next visit by it', async () => {
    const { get, reader } = await start();
    readNow(reader, 'p9 p8');
    const from = async (referer: string): Promise<string | undefined> =>
      cookiesOf(await get('/article/p2', { ...cookie('fp_consent=yes'), referer })).find((one) =>
        one.startsWith('fp_d'),
      );
    const search = doorOf('https://search.example.net');
    expect(await from('https://search.example.net/?q=private')).toBe(`fp_door=${search}`);
    const own = new URL('/', (await get('/')).url).href;
    expect(await from(own)).toBe(`fp_door=${doorOf(undefined)}`);
    expect(await from('no address')).toBe(`fp_door=${doorOf(undefined)}`);
    reader.asked.length = 0;
    await get('/', cookie(`fp_consent=yes; fp_door=${search}`));
    expect(reader.asked).toContain(`fresh door ${search}`);
    reader.asked.length = 0;
    await get('/', cookie(`fp_consent=no; fp_door=${search}`));
    await get('/', cookie('fp_consent=yes; fp_door=-1'));
    expect(reader.asked.filter((name) => name.startsWith('fresh door '))).toEqual(['fresh door 0', 'fresh door 0']);
  });

  it.each([
    ['/article/none', 404, 'No such article'],
    ['/article/a%20b', 400, 'must be 1 to 64 letters'],
    ['/section/Sport', 400, 'must be 1 to 32 lower-case letters'],
    ['/section/gardening', 404, 'There is no list for this section yet'],
  ])('answers %s with %i and a page that says why', async (path, status, says) => {
    const { get } = await start();
    const response = await get(path);
    expect([response.status, response.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
    expect(await response.text()).toContain(says);
  });

  it('is counted with the other answers of serving', async () => {
    const { get } = await start();
    await get('/', cookie('fp_reader=r1'));
    expect(await (await get('/metrics')).text()).toContain('frontpage_serving_answers_total{tier="personal"} 1');
  });

  it('leaves the serving API as it is', async () => {
    const { get } = await start();
    const answer = await get('/v1/users/r1/recommendations?limit=1');
    expect(await answer.json()).toEqual({ user: 'r1', version, tier: 'personal', articles: ['p1'] });
    expect((await get('/nowhere')).headers.get('content-type')).toContain('application/json');
  });
});

describe('the reader switcher', () => {
  it('makes another reader of the visitor, with a visit of its own', async () => {
    const { post } = await start();
    const response = await post('/portal/reader', { reader: 'r2', back: '/section/sport' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/section/sport']);
    expect(cookiesOf(response)).toEqual(['fp_reader=r2', 'fp_visit=', 'fp_door=']);
  });

  it('makes up a new reader when asked for one', async () => {
    const { post } = await start();
    const [made] = cookiesOf(await post('/portal/reader', { reader: 'new' }));
    expect(made).toMatch(/^fp_reader=new-[0-9a-f]{8}$/);
  });

  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/v1/users/r1/recommendations'])(
    'leads back to the front page, not to %s',
    async (back) => {
      const { post } = await start();
      expect((await post('/portal/reader', { reader: 'r2', back })).headers.get('location')).toBe('/');
    },
  );

  it('refuses an id that is none, and forms of other sites', async () => {
    const { post } = await start();
    expect((await post('/portal/reader', { reader: 'r 2' })).status).toBe(400);
    const foreign = await post('/portal/reader', { reader: 'r2' }, { 'sec-fetch-site': 'cross-site' });
    expect([foreign.status, cookiesOf(foreign)]).toEqual([400, []]);
  });
});

describe('the question of consent', () => {
  it('is asked until it is answered', async () => {
    const { get } = await start();
    const question = 'May we count what you read?';
    expect(await (await get('/')).text()).toContain(question);
    expect(await (await get('/', cookie('fp_consent=no'))).text()).not.toContain(question);
  });

  it('makes an id for a new visitor who agrees', async () => {
    const { post } = await start();
    const [consent, reader] = cookiesOf(await post('/portal/consent', { consent: 'yes' }));
    expect([consent, reader]).toEqual(['fp_consent=yes', expect.stringMatching(/^fp_reader=new-[0-9a-f]{8}$/)]);
  });

  it('takes the made-up id and the visit away when consent goes', async () => {
    const { post } = await start();
    const response = await post('/portal/consent', { consent: 'no' }, cookie('fp_reader=new-1; fp_consent=yes'));
    expect(cookiesOf(response)).toEqual(['fp_consent=no', 'fp_visit=', 'fp_door=', 'fp_reader=']);
  });
});

describe('the files of the portal', () => {
  it('hold a beacon of less than 2 KB as it is served, and compressed', async () => {
    const { get } = await start();
    const response = await get('/portal/beacon.js', { 'accept-encoding': 'gzip' });
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(Number(response.headers.get('content-length'))).toBeLessThan(2048);
    expect(await response.text()).toContain('sendBeacon');
  });

  it('are confirmed by their ETag, and sent plain to who does not take gzip', async () => {
    const { get } = await start();
    const plain = await get('/portal/portal.css', { 'accept-encoding': 'identity' });
    expect([plain.headers.get('content-encoding'), plain.headers.get('content-type')]).toEqual([
      null,
      'text/css; charset=utf-8',
    ]);
    const etag = plain.headers.get('etag') ?? '';
    expect((await get('/portal/portal.css', { 'if-none-match': etag })).status).toBe(304);
  });
});

describe('serving', () => {
  it('has no portal unless it is asked for', async () => {
    const { get } = await start({ withoutPortal: true });
    expect((await get('/')).status).toBe(404);
    expect((await get('/portal/beacon.js')).status).toBe(404);
  });

  it('asks for the key of the API on every page, where it has one', async () => {
    const apiKey = 'a key of sixteen letters';
    const { get } = await start({ serving: { apiKey } });
    const refused = await get('/', cookie('fp_reader=r1'));
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      'Basic realm="portal", charset="UTF-8"',
    ]);
    const basic = (password: string) => ({
      authorization: `Basic ${Buffer.from(`me:${password}`).toString('base64')}`,
    });
    expect((await get('/', basic('a key of sixteen Letters'))).status).toBe(401);
    expect((await get('/', basic(apiKey))).status).toBe(200);
    expect((await get('/portal/portal.css')).status).toBe(401);
  });

  it.each([
    ['{"schema":1}', 'site'],
    ['{"schema":1,"site":"S","readers":["not an id"],"articles":{}}', 'is no id'],
    ['nonsense', 'JSON'],
  ])('does not start with the catalogue %s, and says what is wrong with it', async (text, says) => {
    const portal = await start();
    writeFileSync(portal.catalogueFile, text);
    const again = startPortal({ serving: { portal: { catalogue: portal.catalogueFile, collectorUrl: 'http://c' } } });
    await expect(again).rejects.toThrow(says);
  });
});
