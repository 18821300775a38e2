import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { recordedScenarios } from '../support/recordedScenarios';
import { createTestbed, quietRuntime, type WorkflowTestbed, workflowBundlePath } from '../support/workflowEnvironment';

const historiesDir = join(__dirname, '../histories');
const releases = readdirSync(historiesDir).sort();
const recordings = releases.flatMap((release) =>
  readdirSync(join(historiesDir, release)).map((file) => [release, basename(file, '.json')] as const),
);

interface Recording {
  readonly workflowId: string;
  readonly history: ReturnType<typeof historyFromJSON>;
}

const recordingOf = (release: string, scenario: string): Recording => ({
  workflowId: `${release}-${scenario}`,
  history: historyFromJSON(JSON.parse(readFileSync(join(historiesDir, release, `${scenario}.json`), 'utf8'))),
});

/** What became of each, on one worker. */
async function replay(histories: readonly Recording[], codePath: string): Promise<Map<string, Error | undefined>> {
  const outcomes = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath } }, histories)) {
    outcomes.set(workflowId, error);
  }
  return outcomes;
}

describe('histories of released versions', () => {
  let outcomes: Map<string, Error | undefined>;
  beforeAll(async () => {
    quietRuntime();
    const histories = recordings.map(([release, scenario]) => recordingOf(release, scenario));
    outcomes = await replay(histories, workflowBundlePath());
  }, 120_000);

  it('are there', () => {
    expect(recordings.length).toBeGreaterThanOrEqual(recordedScenarios.length);
    expect(outcomes.size).toBe(recordings.length);
  });

  it.each(recordings)('of %s, %s, replay on today’s workflow code', (release, scenario) => {
    const workflowId = `${release}-${scenario}`;
    expect(outcomes.has(workflowId)).toBe(true);
    expect(outcomes.get(workflowId)).toBeUndefined();
  });

  it('cover each scenario in the newest release, and nothing that is no scenario', () => {
    const newest = releases.at(-1);
    const recorded = recordings.filter(([release]) => release === newest).map(([, scenario]) => scenario);
    expect(recorded.sort()).toEqual(recordedScenarios.map(({ name }) => name).sort());
  });

  it('fail to replay on workflow code that leaves a step out', async () => {
    const { mkdtempSync, writeFileSync } = await import('node:fs');
    const { tmpdir } = await import('node:os');
    const code = readFileSync(workflowBundlePath(), 'utf8');
    const broken = code.replace('await keepInteractions(model);', '');
    expect(broken).not.toBe(code);
    const file = join(mkdtempSync(join(tmpdir(), 'frontpage-broken-')), 'workflow-bundle.js');
    writeFileSync(file, broken);
    const happy = recordingOf(releases.at(-1) ?? '', 'happy-path');
    expect((await replay([happy], file)).get(happy.workflowId)?.message).toMatch(/Nondeterminism|TMPRL1100/);
  });
});

describe('a worker that forgets the workflow after each task', () => {
  let testbed: WorkflowTestbed;
  beforeAll(async () => {
    testbed = await createTestbed({ maxCachedWorkflows: 0 });
  });
  afterAll(async () => {
    await testbed.close();
  });

  it.each(recordedScenarios.map((scenario) => [scenario.name, scenario] as const))(
    'also goes through %s',
    async (name, scenario) => {
      const handle = await scenario.play(testbed, `uncached-${name}`);
      const { status } = await handle.describe();
      expect(status.name).toMatch(/COMPLETED|FAILED|CANCELLED/);
    },
    60_000,
  );
});
