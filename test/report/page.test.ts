/** The page of a run report: what it says, what it says where it knows nothing, and that nothing from outside gets into its code. */
import { renderReport } from '../../src/report';
import type { EndedRun, ReportedRun } from '../../src/report/context';
import { plainPage } from '../../src/report/plainPage';
import { reportContext } from '../support/reportContext';
import { failed, published, reportDate, summary } from '../support/reports';

const nothingKnown = reportContext({
  earlier: { runs: [], missing: [], unreadable: [] },
  volume: { notKnown: 'the lake did not answer' },
  jobs: [],
});

/** The words of a section, without markup. */
function textOf(page: string, id: string): string {
  const section = new RegExp(`<section id="${id}"[^]*?</section>`).exec(page)?.[0];
  if (section === undefined) throw new Error(`the page has no section ${id}`);
  return wordsOf(section);
}

function headOf(page: string): string {
  return wordsOf(/<header>[^]*?<\/header>/.exec(page)?.[0] ?? '');
}

function wordsOf(markup: string): string {
  return markup
    .replaceAll(/<svg[^]*?<\/svg>/g, ' ')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replaceAll(/\s+/g, ' ');
}

describe('the page of a published run', () => {
  const page = renderReport(published, reportContext());

  it('says in its head what most people open it for', () => {
    const head = headOf(page);
    expect(head).toContain('Run of 2026-11-23 published');
    expect(head).toContain('Readers with a list 412,903');
    expect(head).toContain('recall@10 0.1032 +13.3 % against recent popularity');
    expect(head).toContain('To be live by 2026-11-24 03:30:00 UTC; live 1 h 01 min before');
  });

  it('shows each training job with its rung, its interruptions and what it lost', () => {
    const text = textOf(page, 'stages');
    expect(text).toContain(
      'ml.m5.xlarge spot moved-on, because of the deadline 2 9 min 12 s 44 min 00 s 15 min 10 s 7',
    );
    expect(text).toContain('ml.m5.2xlarge on-demand completed 0 0.0 s 16 min 20 s 16 min 20 s 7, 24');
  });

  it('compares each hour with the usual one', () => {
    const text = textOf(page, 'volume');
    expect(text).toContain('median of 4 earlier days of this weekday');
    expect(text).toContain('20 299,600 214,000 140.0 %');
    expect(text).toContain(
      'Of 3,075,164 clicks that collectors acknowledged, 3,075,164 were found: nothing is missing.',
    );
  });

  it('shows what the gate decided, by which figures, and who decided the rest', () => {
    const text = textOf(page, 'gate');
    expect(text).toContain('borderline: chance alone may have decided');
    expect(text).toContain('Approved by the desk: an election night is like no other');
    expect(text).toContain('recall@10 against the live set 0.1032 0.1058 −0.0073 to +0.0021 −5.0 % in doubt');
    expect(text).toContain('share of readers with a full list 0.9981 at least 0.9000 passed');
  });

  it('tells the days before, those that failed and those that wrote nothing', () => {
    const text = textOf(page, 'history');
    expect(text).toContain('2026-11-14 failed: DataRejected');
    expect(text).toContain('2026-11-07 no report');
    expect(text).toContain('Days without a report: 2026-10-25 to 2026-10-29, 2026-11-07.');
  });

  it('tells what the training cost over all attempts, and for a thousand readers', () => {
    const text = textOf(page, 'money');
    const costUsd = summary.money?.costUsd ?? Number.NaN;
    expect(costUsd).toBeGreaterThan(0);
    expect(text).toContain(`Cost over all attempts $${costUsd.toPrecision(2)}`);
    expect(text).toContain(`Cost per thousand readers $${((1000 * costUsd) / 412_903).toPrecision(2)}`);
    expect(text).toContain('31 min 30 s billed for 1 h 00 min of training');
  });

  it('says what changed since yesterday, in points where the figure is a share', () => {
    const text = textOf(page, 'changed');
    expect(text).toMatch(/Readers with a list 405,000 412,903 \+7,903 \+2\.0 %/);
    expect(text).toMatch(/Saved by Spot [\d.]+ % [\d.]+ % [+−][\d.]+ points/);
  });

  it('tells the weights of the blend, and how well the live set predicted the day', () => {
    const text = textOf(page, 'blend');
    expect(text).toContain('What follows the open article 0.0000 0.5000');
    expect(text).toContain('Of 18,204 readers, 16,377 had a list of their own in it.');
  });

  it('is the same page for the same report, whatever was drawn before', () => {
    renderReport(failed, reportContext());
    expect(renderReport(published, reportContext())).toBe(page);
  });

  it('loads nothing and runs nothing', () => {
    expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(page).not.toMatch(/<script|<link|<img|<iframe|javascript:|@import|url\((?!#)|\son\w+=/i);
  });

  it('gives no two elements the same id', () => {
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('the page of a run that failed', () => {
  it('says where, by what, and where to read on', () => {
    const page = renderReport(failed, reportContext());
    expect(headOf(page)).toContain(
      'Failed in the stage “gate”. What was live stays live. ModelRejected : recall@10 against',
    );
    expect(page).toContain('<a href="https://example.org/runbook.md#modelrejected">');
  });

  it('counts the stage that failed up to the end of the run', () => {
    const page = renderReport(failed, reportContext());
    expect(headOf(page)).toContain('The run took 1 h 27 min');
    expect(page).toContain('>failed after 3 min 00 s</text>');
  });

  it('does not say that nothing has changed for readers when the publish was over', () => {
    const stages = summary.stages.filter(({ stage }) => stage !== 'reporting');
    const page = renderReport({ ...failed, outcome: 'cancelled', failedStage: 'sweeping', stages }, reportContext());
    expect(headOf(page)).toContain('Cancelled in the stage “sweeping”. The publish was over by then');
    expect(headOf(page)).not.toContain('stays live');
  });

  it('names the article where the runbook is a file', () => {
    const page = renderReport(failed, reportContext({ runbookUrl: 'docs/runbook.md' }));
    expect(headOf(page)).toContain('article ModelRejected of the runbook, docs/runbook.md');
    expect(page).not.toContain('href="docs');
  });

  it('makes no link of a failure that no catalogue knows', () => {
    const page = renderReport({ ...failed, failureType: '"><b>x' }, reportContext());
    expect(headOf(page)).toContain('the runbook has no article about this');
    expect(page).not.toContain('<b>');
  });

  it('has every section, and each that has nothing says so', () => {
    const bare: EndedRun = {
      runDate: reportDate,
      endedAtMs: 0,
      outcome: 'cancelled',
      failedStage: 'waiting for clicks',
      failureType: 'CancelledFailure',
      message: 'cancelled',
      stages: [],
    };
    const page = renderReport(bare, nothingKnown);
    expect(textOf(page, 'changed')).toContain('The run of yesterday, 2026-11-22, has no report.');
    expect(textOf(page, 'stages')).toContain('ended before its first stage');
    expect(textOf(page, 'volume')).toContain('not known: the lake did not answer');
    expect(textOf(page, 'gate')).toContain('ended before the gate decided');
    expect(textOf(page, 'history')).toContain('Fewer than two days have a quality to draw.');
    expect(textOf(page, 'blend')).toContain('No weights were chosen');
    expect(textOf(page, 'load')).toContain('No set was loaded');
    expect(textOf(page, 'money')).toContain('No training was paid for.');
    expect(textOf(page, 'afterwards')).toContain('Serving was not watched');
  });
});

describe('the page of any run', () => {
  const hostile = `<script>alert("x")</script>'&<img src=x onerror=alert(1)>`;

  it('holds text from outside as text, wherever it comes from', () => {
    const report: EndedRun = {
      runDate: reportDate,
      endedAtMs: published.endedAtMs,
      outcome: 'published',
      summary: {
        ...summary,
        version: hostile,
        readiness: hostile,
        degraded: { reason: hostile, missingHours: [7] },
        approval: { verdict: 'approve', by: hostile, reason: hostile, decidedBy: 'operator', decidedAtMs: 0 },
        gate: {
          ...summary.gate,
          notes: [hostile],
          guards: [{ name: hostile, figure: 1, is: 'at least', bound: 0, passed: true }],
          checks: [{ name: hostile, value: 1, bound: 0, passed: true }],
        },
        trainingAttempts: [
          {
            jobName: hostile,
            instanceType: hostile,
            market: 'spot',
            outcome: 'completed',
            interruptions: 0,
            trainingSeconds: 10,
            billableSeconds: 4,
            resumedFrom: [],
          },
        ],
        blend: { notChosen: hostile },
        sweep: { failed: hostile },
        watch: { health: { verdict: 'unknown', why: hostile } },
      },
    };
    const page = renderReport(
      report,
      reportContext({
        volume: { notKnown: hostile },
        jobs: [
          {
            jobName: hostile,
            spans: [
              {
                state: 'training',
                startMs: summary.stages[2]?.startedAtMs ?? 0,
                endMs: Date.parse('2026-11-24T01:20:00Z'),
              },
            ],
          },
          { jobName: 'other', spans: { notKnown: hostile } },
        ],
        earlier: { runs: [], missing: [], unreadable: [{ day: reportDate, why: hostile }] },
        runbookUrl: `https://example.org/"${hostile}`,
      }),
    );
    for (const drawn of [
      page,
      renderReport({ ...failed, message: hostile, failureType: hostile }, reportContext()),
      plainPage(failed, hostile),
    ]) {
      expect(drawn).toContain('alert(');
      expect(drawn).not.toMatch(/<script|<img/i);
    }
  });

  it('names reports of other days that it could not read', () => {
    const page = renderReport(
      published,
      reportContext({ earlier: { runs: [], missing: [], unreadable: [{ day: reportDate, why: 'it is not JSON' }] } }),
    );
    expect(textOf(page, 'history')).toContain('The report of 2026-11-23 could not be read: it is not JSON');
    expect(textOf(page, 'changed')).toContain('No earlier day has a set to compare with.');
  });

  it('compares with the last set before when yesterday made none', () => {
    const { earlier } = reportContext();
    const yesterday: ReportedRun = {
      runDate: earlier.runs[0]?.runDate ?? reportDate,
      outcome: 'failed',
      failureType: 'DataRejected',
      stages: [],
    };
    const page = renderReport(
      published,
      reportContext({ earlier: { ...earlier, runs: [yesterday, ...earlier.runs.slice(1)] } }),
    );
    expect(textOf(page, 'changed')).toContain(
      'The run of yesterday, 2026-11-22, ended as “failed”: compared with 2026-11-21, the last set before.',
    );
  });

  it('says that a figure could not be measured instead of showing none', () => {
    // What is not a number comes as null out of JSON.
    const unmeasured: EndedRun = JSON.parse(
      JSON.stringify({
        ...published,
        summary: {
          ...summary,
          gate: {
            ...summary.gate,
            guards: [{ name: 'share of places', figure: Number.NaN, is: 'at most', bound: 1, passed: false }],
          },
        },
      }),
    );
    expect(textOf(renderReport(unmeasured, reportContext()), 'gate')).toContain(
      'share of places not measurable at most 1 not passed',
    );
  });
});
