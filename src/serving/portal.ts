/**
 * The demo portal: a small news site in the serving process itself, off unless a catalogue of headlines is given. It asks for front
 * pages as any site does, and marks each article that a reader opens with the beacon.
 */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isId } from '../domain/click';
import { formField, isFromAnotherSite, takeForms } from '../pages/forms';
import { addPageFiles } from '../pages/pageFiles';
import { requireKey } from '../pages/pageKey';
import { sendHtml } from '../pages/sendHtml';
import type { Counters } from './counters';
import { type FrontPage, RecommendationsUnavailable, type Selection } from './frontPage';
import type { FrontPages } from './frontPages';
import type { CatalogueSource } from './portalCatalogue';
import type { Surroundings } from './portalLayout';
import { articleView, frontView, problemView, type SectionBlock, sectionView } from './portalPages';
import { becomeReader, decideConsent, newReader, rememberOpened, visitorOf } from './portalVisitor';
import { InvalidParameter, parseArticleId, parseSection } from './selection';

export interface PortalOptions {
  readonly frontPages: FrontPages;
  readonly counters: Counters;
  readonly catalogue: CatalogueSource;
  /** Where the beacon sends clicks, as browsers reach it. */
  readonly collectorUrl: string;
  /** Asked for by the browser when given: the portal shows the lists of every reader. */
  readonly apiKey: string | undefined;
}

const frontArticles = 13;
const sectionArticles = 20;
const blockArticles = 3;
const nextArticles = 6;
/** Served as everybody who is not known is. */
const nobody = 'nobody';

export function addPortal(app: FastifyInstance, options: PortalOptions): void {
  const { frontPages, counters, catalogue, collectorUrl } = options;
  const collectorOrigin = new URL(collectorUrl).origin;

  async function surroundingsOf(request: FastifyRequest): Promise<Surroundings> {
    return {
      catalogue: await catalogue.current(),
      visitor: visitorOf(request),
      collectorUrl,
      nowMs: Date.now(),
      path: request.url,
    };
  }

  /** Nothing, where nothing is known yet; whatever else goes wrong is an error. */
  async function had(page: Promise<FrontPage | undefined>): Promise<FrontPage | undefined> {
    try {
      const known = await page;
      if (known !== undefined) counters.answered(known);
      return known;
    } catch (error) {
      if (!(error instanceof RecommendationsUnavailable)) throw error;
      counters.refused();
      return undefined;
    }
  }

  const forReader = ({ visitor }: Surroundings, selection: Selection): Promise<FrontPage | undefined> =>
    had(frontPages.forReader(visitor.reader ?? nobody, { ...selection, reasons: true }));

  async function blockOf(section: string, exclude: ReadonlySet<string>): Promise<SectionBlock[]> {
    try {
      const page = await frontPages.forSection(section, { limit: blockArticles, exclude });
      return page === undefined || page.articles.length === 0 ? [] : [{ section, page }];
    } catch (error) {
      if (!(error instanceof RecommendationsUnavailable)) throw error;
      return [{ section, page: undefined }];
    }
  }

  function send(reply: FastifyReply, page: Parameters<typeof sendHtml>[1], status = 200): FastifyReply {
    return sendHtml(reply, page, { status, connectTo: collectorOrigin });
  }

  void app.register(async (site) => {
    if (options.apiKey !== undefined) requireKey(site, options.apiKey, 'portal');
    takeForms(site);
    addPageFiles(site, ['portal.css', 'icon.svg', 'beacon.js']);

    site.get('/', async (request, reply) => {
      const surroundings = await surroundingsOf(request);
      const { visit, door } = surroundings.visitor;
      const page = await forReader(surroundings, {
        limit: frontArticles,
        exclude: new Set(visit),
        visit,
        ...(door === undefined ? {} : { door }),
      });
      const shown = new Set([...(page?.articles ?? []), ...visit]);
      const blocks =
        page === undefined
          ? []
          : await Promise.all(surroundings.catalogue.sections.map((section) => blockOf(section, shown)));
      return send(reply, frontView(surroundings, { page, blocks: blocks.flat() }));
    });

    site.get('/section/:section', async (request, reply) => {
      const section = parseSection(request.params);
      const surroundings = await surroundingsOf(request);
      const page = await had(
        frontPages.forSection(section, { limit: sectionArticles, exclude: new Set(), reasons: true }),
      );
      const status = page === undefined && !surroundings.catalogue.sections.includes(section) ? 404 : 200;
      return send(reply, sectionView(surroundings, section, page), status);
    });

    site.get('/article/:id', async (request, reply) => {
      const articleId = parseArticleId(request.params);
      const surroundings = await surroundingsOf(request);
      if (!surroundings.catalogue.has(articleId)) {
        return send(reply, problemView(surroundings, 'No such article', `The newsroom knows no ${articleId}.`), 404);
      }
      const { visitor } = surroundings;
      const visit = [articleId, ...visitor.visit.filter((id) => id !== articleId)];
      const next = await forReader(surroundings, { limit: nextArticles, exclude: new Set(visit), visit });
      rememberOpened(reply, visitor, articleId, otherSite(request));
      return send(reply, articleView(surroundings, surroundings.catalogue.headline(articleId), next));
    });

    site.post('/portal/reader', async (request, reply) => {
      refuseOtherSites(request);
      const asked = formField(request, 'reader');
      if (asked !== '' && !isId(asked))
        throw new InvalidParameter('reader', 'must be 1 to 64 letters, digits, or _ . : -');
      if (asked !== '') becomeReader(reply, asked === 'new' ? newReader() : asked);
      return reply.redirect(wayBack(request), 303);
    });

    site.post('/portal/consent', async (request, reply) => {
      refuseOtherSites(request);
      const answer = formField(request, 'consent');
      if (answer !== 'yes' && answer !== 'no') throw new InvalidParameter('consent', 'must be yes or no');
      decideConsent(reply, visitorOf(request), answer === 'yes');
      return reply.redirect(wayBack(request), 303);
    });

    site.setErrorHandler<FastifyError>(async (error, request, reply) => {
      const surroundings = { ...(await surroundingsOf(request)), path: '/' };
      if (error instanceof InvalidParameter) {
        return send(reply, problemView(surroundings, 'That cannot be', `The ${error.message}.`), 400);
      }
      // A form that is too large, or no form: the sender's mistake, and no line of the log for everybody who makes it.
      if (error.statusCode !== undefined && error.statusCode < 500) {
        return send(reply, problemView(surroundings, 'That cannot be', `${error.message}.`), error.statusCode);
      }
      request.log.error({ err: error }, 'a page of the portal failed');
      return send(reply, problemView(surroundings, 'Something went wrong', 'The page could not be made.'), 500);
    });
  });
}

/** The site that the page was opened from, where it is another one. */
function otherSite({ headers, host }: FastifyRequest): string | undefined {
  const { referer } = headers;
  const isOther = referer !== undefined && URL.canParse(referer) && new URL(referer).host !== host;
  return isOther ? referer : undefined;
}

function refuseOtherSites(request: FastifyRequest): void {
  if (isFromAnotherSite(request)) throw new InvalidParameter('form', 'must be sent from this site');
}

const ownPage = /^\/(?:section\/[a-z0-9-]{1,32}|article\/[A-Za-z0-9_.:-]{1,64})?$/;

/** To the page that the form stood on; never to another site. */
function wayBack(request: FastifyRequest): string {
  const back = formField(request, 'back');
  return ownPage.test(back) ? back : '/';
}
