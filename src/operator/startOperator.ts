/**
 * A listening operator's page: how the pipeline stands, and the way back to an earlier version. Everything else is ordered by the
 * commands.
 */
import Fastify, { type FastifyError, type FastifyReply } from 'fastify';
import { rootFailure } from '../clients/runs';
import { requestTimeoutMs } from '../domain/requestPatience';
import { InvalidRunDate, parseRunDate, type RunDate } from '../domain/runDate';
import { runDateOfVersion } from '../domain/version';
import { formField, isFromAnotherSite, takeForms } from '../pages/forms';
import { takeLocalNamesOnly } from '../pages/localNames';
import { addPageFiles } from '../pages/pageFiles';
import { requireKey } from '../pages/pageKey';
import { sendHtml } from '../pages/sendHtml';
import { createApiKeyCheck } from '../serving/apiKey';
import { Looks } from './looks';
import { findReportPage } from './operatorView';
import { livePart, messagePage, type OverviewOptions, overviewPage, rollbackPage, rolledBackPage } from './pages';
import type { OperatorSources } from './sources';

export interface OperatorOptions {
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  readonly sources: OperatorSources;
  /** Of the namespace in the Temporal UI. */
  readonly temporalUrl?: string;
  /** Between two beats of the fresh loop. */
  readonly freshEveryMinutes: number;
  /** Needed for a rollback; absent: none can be ordered here. */
  readonly key?: string;
  /** Whether the pages themselves need the key. */
  readonly guardPages: boolean;
  readonly logLevel: string;
}

export interface Operator {
  readonly url: string;
  close(): Promise<void>;
}

const maxReasonLength = 200;

/** Something of the request is not as it must be. */
class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** Throws when the address is taken. */
export async function startOperator(options: OperatorOptions): Promise<Operator> {
  const { sources, key, temporalUrl, freshEveryMinutes } = options;
  const overview: OverviewOptions = { temporalUrl, canRollBack: key !== undefined, freshEveryMinutes };
  const app = Fastify({
    logger: { level: options.logLevel, base: { program: 'operator' } },
    requestTimeout: requestTimeoutMs,
  });
  if (options.guardPages && key !== undefined) requireKey(app, key, 'operator');
  else takeLocalNamesOnly(app);
  takeForms(app);
  addPageFiles(app, ['operator.css', 'operator.js', 'icon.svg']);
  const looks = new Looks(sources);

  app.get('/', async ({ query }, reply) => {
    const asked = dateIn(query);
    return sendHtml(reply, overviewPage(await looks.look(asked), overview, asked));
  });
  app.get('/live', async ({ query }, reply) => sendHtml(reply, livePart(await looks.look(dateIn(query)), overview)));

  app.get('/reports/:date', async (request, reply) => {
    const day = dateIn(request.params);
    const pageKey = day === undefined ? undefined : await findReportPage(sources, day);
    const body = pageKey === undefined ? undefined : await sources.lake.get(pageKey);
    if (body === undefined) {
      return sendHtml(reply, messagePage('No report', `No run of ${day ?? 'that day'} has written a page.`), {
        status: 404,
      });
    }
    // As the page says of itself: it runs nothing, and loads nothing.
    void reply.header(
      'content-security-policy',
      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    );
    return reply.header('cache-control', 'no-store').type('text/html; charset=utf-8').send(body);
  });

  app.get('/rollback', async (request, reply) => {
    const version = versionIn(request.query);
    const live = (await sources.table.live())?.version;
    return sendHtml(reply, rollbackPage({ version, live }));
  });

  app.post('/rollback', async (request, reply) => {
    if (isFromAnotherSite(request)) throw new BadRequest('the form must be sent from this page');
    const version = versionIn({ version: formField(request, 'version') });
    const reason = formField(request, 'reason').trim();
    const live = (await sources.table.live())?.version;
    const again = (problem: string, status: number): FastifyReply =>
      sendHtml(reply, rollbackPage({ version, live, reason, problem }), { status });
    if (key === undefined) return again('Nothing can be rolled back from here: OPERATOR_KEY is not set.', 403);
    if (!createApiKeyCheck(key)(formField(request, 'key'))) return again('The key is wrong. Nothing was done.', 403);
    if (reason === '' || reason.length > maxReasonLength) {
      return again(`The reason must have 1 to ${maxReasonLength} characters. Nothing was done.`, 400);
    }
    try {
      const result = await sources.rollBack({ version, reason });
      looks.forget();
      request.log.info(result, 'rolled back');
      return sendHtml(reply, rolledBackPage(result));
    } catch (error) {
      request.log.error({ err: error }, 'the rollback failed');
      const { type, message } = rootFailure(error);
      return again(`The rollback failed: ${type}: ${message}`, 502);
    }
  });

  app.setNotFoundHandler((_request, reply) =>
    sendHtml(reply, messagePage('No such page', 'There is the overview, and what it links to.'), { status: 404 }),
  );
  app.setErrorHandler<FastifyError>((error, request, reply) => {
    if (error instanceof BadRequest || error instanceof InvalidRunDate) {
      return sendHtml(reply, messagePage('That cannot be', `${error.message}.`), { status: 400 });
    }
    if (error.statusCode !== undefined && error.statusCode < 500) {
      return sendHtml(reply, messagePage('That cannot be', `${error.message}.`), { status: error.statusCode });
    }
    request.log.error({ err: error }, 'a page of the operator failed');
    return sendHtml(reply, messagePage('Something went wrong', error.message), { status: 500 });
  });

  const url = await app.listen({ host: options.host, port: options.port });
  return { url, close: () => app.close() };
}

function dateIn(fields: unknown): RunDate | undefined {
  const text = textIn(fields, 'date');
  return text === undefined ? undefined : parseRunDate(text);
}

function versionIn(fields: unknown): string {
  const version = textIn(fields, 'version') ?? '';
  try {
    runDateOfVersion(version);
    return version;
  } catch (error) {
    throw new BadRequest(error instanceof Error ? error.message : String(error));
  }
}

function textIn(fields: unknown, name: string): string | undefined {
  if (typeof fields !== 'object' || fields === null) return undefined;
  const value: unknown = Object.entries(fields).find(([known]) => known === name)?.[1];
  return typeof value === 'string' ? value : undefined;
}
