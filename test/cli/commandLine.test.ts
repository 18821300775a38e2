/** Command lines that need no server: usage, forms of output, confirmations that are not given. */
import { runCommand } from '../../src/cli';
import { describeBackfill, describePlan } from '../../src/cli/backfill';
import { confirm } from '../../src/cli/confirm';
import { describeRun, exitCodeOf } from '../../src/cli/describeRun';
import { approvalQuestion } from '../../src/cli/orders';
import { describeRuns } from '../../src/cli/runs';
import { viewer } from '../../src/cli/watch';
import { runQuery } from '../../src/clients/runList';
import type { RunView } from '../../src/clients/runs';
import { parseRunDate } from '../../src/domain/runDate';
import { fakeTerminal } from './fakeTerminal';

const runDate = parseRunDate('2026-11-23');
const view: RunView = { runDate, workflowId: 'w', startedAtMs: 0, state: 'running' };

describe('a wrong command line', () => {
  it.each([
    [['status', '2026-02-30'], /'2026-02-30' is not a day/],
    [['status', '--jsn'], /unknown option '--jsn'/],
    [['stauts'], /^unknown command 'stauts' \(Did you mean status\?\); '--help' shows what there is$/],
    [['stauts', '--help'], /unknown command 'stauts' \(Did you mean status\?\)/],
    [['--help', 'moon'], /unknown command 'moon'/],
    [['help', 'stauts'], /unknown command 'stauts' \(Did you mean status\?\)/],
    [['import', 'glob', '-h'], /unknown command 'glob' \(Did you mean globo\?\)/],
    [['rollback'], /required option '--reason <text>' not specified/],
    [['status', '--json', '--human'], /'--json' cannot be used with option '--human'/],
    [['sweep', '--keep', '1'], /a whole number from 2 to 100: the live version and the one before it always stay/],
    [['runs', '--market', 'moon'], /Allowed choices are spot, on-demand/],
    [['backfill', '2026-11-03', '2026-11-01'], /2026-11-03 is after 2026-11-01: give the first day first/],
    [['backfill', '2020-01-01', '2999-01-01'], /2999-01-01 is not over yet/],
    [['backfill', '2020-01-01', '2022-01-01'], /more than 400 days/],
    [[], /give a command; 'frontpage --help' shows them/],
    [['import'], /give a command; 'frontpage --help' shows them/],
  ])('%j ends with 2 and says what is wrong', async (args, sentence) => {
    const terminal = fakeTerminal({ isScreen: true });
    expect(await runCommand(args, terminal)).toBe(2);
    expect(terminal.complaints).toEqual([expect.stringMatching(sentence)]);
    expect(terminal.printed).toEqual([]);
  });

  it('is told as JSON where the output is JSON', async () => {
    const terminal = fakeTerminal();
    expect(await runCommand(['status', 'yesterday'], terminal)).toBe(2);
    expect(JSON.parse(terminal.complaints.join())).toEqual({
      error: { type: 'UsageError', message: expect.stringContaining("'yesterday' is not a day") },
    });
  });

  it.each([
    [['--help'], 'Usage: frontpage [options] [command]'],
    [['backfill', '--help'], 'Usage: frontpage backfill [options] <from> <to>'],
    [['help', 'backfill'], 'Usage: frontpage backfill [options] <from> <to>'],
    [['backfill', '2026-11-03', '-h'], 'Usage: frontpage backfill [options] <from> <to>'],
    [['import', '--help'], 'Usage: frontpage import [options] [command]'],
    [['import', 'globo', '--help'], 'Usage: frontpage import globo [options] <dir> <out>'],
  ])('is not what asking for help is: %j', async (args, usage) => {
    const terminal = fakeTerminal({ isScreen: true });
    expect(await runCommand(args, terminal)).toBe(0);
    expect(terminal.printed.join()).toContain(usage);
    expect(terminal.complaints).toEqual([]);
  });
});

describe('what touches the set that readers see', () => {
  const question = { says: 'Readers will be taken back to 2026-11-22.01.', word: '2026-11-22.01' };

  it('is done when the word was typed', async () => {
    const terminal = fakeTerminal({ answers: [' 2026-11-22.01 '] });
    await expect(confirm(terminal, {}, question)).resolves.toBeUndefined();
    expect(terminal.questions).toEqual([`${question.says}\nType 2026-11-22.01 to go on: `]);
  });

  it.each(['', 'y', 'yes', '2026-11-22.02'])('is not done when "%s" was typed', async (typed) => {
    await expect(confirm(fakeTerminal({ answers: [typed] }), {}, question)).rejects.toMatchObject({
      type: 'NotConfirmed',
      exitCode: 1,
      message: expect.stringContaining('nothing was done'),
    });
  });

  it('is not asked about with --yes', async () => {
    const terminal = fakeTerminal({ answers: ['no'] });
    await confirm(terminal, { yes: true }, question);
    expect(terminal.questions).toEqual([]);
  });

  it.each([
    [['rollback', '2026-11-22.01', '--reason', 'bad lists']],
    [['rollback', '--reason', 'bad lists']],
    [['sweep']],
    [['cancel', '2026-11-23']],
  ])('is refused with 2 where nobody can be asked: %j', async (args) => {
    const terminal = fakeTerminal({ isScreen: true });
    expect(await runCommand(args, terminal)).toBe(2);
    expect(terminal.complaints).toEqual([expect.stringMatching(/Give --yes: there is no terminal to ask on\./)]);
  });

  it('shows what is in doubt before it asks for an approval', () => {
    const approvalWait = { untilMs: 0, onNoDecision: 'reject', doubts: 'recall@10: within chance' } as const;
    expect(approvalQuestion(runDate, { version: '2026-11-23.01', approvalWait })).toEqual({
      says: expect.stringContaining('recall@10: within chance'),
      word: '2026-11-23.01',
    });
    expect(approvalQuestion(runDate, undefined).word).toBe('2026-11-23');
  });
});

describe('the exit code of status and watch', () => {
  const waiting = { stage: 'waiting for approval', runDate, stages: [] } as const;
  const approval = {
    verdict: 'approve',
    by: 'desk',
    reason: 'within chance',
    decidedBy: 'operator',
    decidedAtMs: 0,
  } as const;
  it.each([
    [{ state: 'running' } as const, 0],
    [{ state: 'running', status: { ...waiting, stage: 'training' } } as const, 0],
    [{ state: 'running', status: waiting } as const, 4],
    [{ state: 'running', status: { ...waiting, approval } } as const, 0],
    [{ state: 'completed' } as const, 0],
    [{ state: 'failed', status: waiting } as const, 3],
    [{ state: 'cancelled' } as const, 3],
    [{ state: 'terminated' } as const, 3],
    [{ state: 'timed out' } as const, 3],
  ])('of %j is %d', (run, code) => {
    expect(exitCodeOf(run)).toBe(code);
  });

  it('goes with a first line that says what an approved run does', () => {
    const status = { ...waiting, approval };
    expect(describeRun({ ...view, status })[0]).toBe(
      'run 2026-11-23: running, approved, choosing the weights of the blend',
    );
    expect(describeRun({ ...view, status: waiting })[0]).toBe('run 2026-11-23: running, waiting for approval');
    expect(describeRun({ ...view, state: 'failed', status })[0]).toBe('run 2026-11-23: failed, waiting for approval');
  });
});

describe('what watch shows', () => {
  const training: RunView = { ...view, status: { runDate, stage: 'training', stages: [] } };

  it('is drawn over and over on a screen', () => {
    const terminal = fakeTerminal({ isScreen: true });
    const show = viewer(terminal, {});
    for (const each of [view, view, training]) show(each);
    expect(terminal.screens.map(([first]) => first)).toEqual([
      'run 2026-11-23: running',
      'run 2026-11-23: running',
      'run 2026-11-23: running, training',
    ]);
    expect(terminal.printed).toEqual([]);
  });

  it('is a line for each change elsewhere', () => {
    const terminal = fakeTerminal();
    const show = viewer(terminal, { human: true });
    for (const each of [view, view, training, training]) show(each);
    expect(terminal.printed).toEqual([
      expect.stringMatching(/^\S+Z {2}run 2026-11-23: running$/),
      expect.stringMatching(/^\S+Z {2}run 2026-11-23: running, training$/),
    ]);
  });

  it('is one JSON value a line for scripts', () => {
    const terminal = fakeTerminal();
    const show = viewer(terminal, {});
    for (const each of [view, training, training]) show(each);
    const values: unknown[] = terminal.printed.map((line) => JSON.parse(line));
    expect(values).toEqual([
      { runDate, state: 'running' },
      { runDate, state: 'running', stage: 'training' },
    ]);
  });
});

describe('the table of runs', () => {
  it('is asked of Temporal by day and market, with what an operator adds', () => {
    expect(runQuery({ since: runDate, market: 'spot', query: 'Interruptions > 1 OR CostUsd > 2' })).toBe(
      "WorkflowType = 'dailyRecommendations' AND RunDate >= '2026-11-23T00:00:00.000Z'" +
        " AND (Market = 'spot' OR Market IS NULL) AND (Interruptions > 1 OR CostUsd > 2)",
    );
  });

  it('has a dash for what a run does not know', () => {
    const row = { runDate, workflowId: 'w', runId: 'r', startedAtMs: 0 } as const;
    expect(
      describeRuns([
        {
          ...row,
          ...{ state: 'completed', endedAtMs: 90_000, stage: 'done', version: '2026-11-23.02' },
          ...{
            rung: 'ml.m5.2xlarge on-demand',
            interruptions: 2,
            savingPercent: 41.26,
            costUsd: 0.314,
            recallAt10: 0.1,
          },
        },
        { ...row, state: 'running' },
      ]),
    ).toEqual([
      'run date    state      stage  version        rung                     int.   saved   cost  recall@10     took',
      '2026-11-23  completed  done   2026-11-23.02  ml.m5.2xlarge on-demand     2  41.3 %  $0.31     0.1000  1.5 min',
      '2026-11-23  running    -      -              -                           -       -      -          -        -',
    ]);
    expect(describeRuns([])).toEqual(['no run is like this']);
  });
});

describe('the lines of a backfill', () => {
  const [first, second, third] = ['2026-11-01', '2026-11-02', '2026-11-03'].map((day) => parseRunDate(day));
  if (!first || !second || !third) throw new Error('there are three days');

  it('say what is to be run, what cannot be, and what is left alone', () => {
    expect(
      describePlan({
        run: [{ runDate: first, generation: 1 }],
        withoutClicks: [second],
        leftAlone: [{ runDate: third, state: 'done' }],
      }),
    ).toEqual([
      'to be run, oldest first: 2026-11-01',
      'cannot be run, since the lake has no clicks of them: 2026-11-02',
      'left alone: 2026-11-03, done',
    ]);
  });

  it('have the sum first, then what runs, then what is done, the newest first', () => {
    const failure = { type: 'DataRejected', message: 'no' };
    expect(
      describeBackfill({
        done: [
          { runDate: first, outcome: 'not published' },
          { runDate: second, outcome: 'failed', failure },
        ],
        running: [third],
        left: [],
        stopped: true,
      }),
    ).toEqual([
      '2 done, 1 running, 0 left; no other day is begun',
      '2026-11-03  running',
      '2026-11-02  failed: DataRejected: no',
      '2026-11-01  not published',
    ]);
  });
});
