/** One time-skipping server and one worker for a test file; activities are whatever the running test puts in place. */
import { randomUUID } from 'node:crypto';
import { encodeSearchAttributeIndexedValueType } from '@temporalio/common/lib/search-attributes';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';
import { globalHandlers } from '@temporalio/worker/lib/workflow/vm-shared';
import { programs } from '../../local/prepare';
import { type Activities, searchAttributes } from '../../src/contract';

export interface WorkflowTestbed {
  readonly env: TestWorkflowEnvironment;
  readonly taskQueue: string;
  /** Replaces the activities for the next run. */
  use(activities: Activities): void;
  close(): Promise<void>;
}

export async function createTestbed(options: { maxCachedWorkflows?: number } = {}): Promise<WorkflowTestbed> {
  quietRuntime();
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    client: { identity: 'recorder' },
    server: { executable: { type: 'existing-path', path: programs.temporalTestServer } },
  });
  // The time-skipping server cannot list what it has, but it takes additions.
  await env.client.connection.operatorService.addSearchAttributes({
    namespace: env.namespace ?? 'default',
    searchAttributes: Object.fromEntries(
      Object.values(searchAttributes).map(({ name, type }) => [name, encodeSearchAttributeIndexedValueType(type) ?? 0]),
    ),
  });
  const taskQueue = `test-${randomUUID()}`;
  let current: Activities | undefined;
  const inPlace = (): Activities => {
    if (current === undefined) throw new Error('the test has put no activities in place');
    return current;
  };
  const worker = await Worker.create({
    connection: env.nativeConnection,
    taskQueue,
    workflowBundle: { codePath: workflowBundlePath() },
    activities: {
      checkReadiness: (input) => inPlace().checkReadiness(input),
      freezeManifest: (input) => inPlace().freezeManifest(input),
      sweepLate: (input) => inPlace().sweepLate(input),
      estimateTraining: (input) => inPlace().estimateTraining(input),
      startTraining: (input) => inPlace().startTraining(input),
      waitForTraining: (input) => inPlace().waitForTraining(input),
      stopTraining: (input) => inPlace().stopTraining(input),
      keepInteractions: (input) => inPlace().keepInteractions(input),
      evaluateModel: (input) => inPlace().evaluateModel(input),
      chooseBlend: (input) => inPlace().chooseBlend(input),
      holdVersion: (input) => inPlace().holdVersion(input),
      bulkLoad: (input) => inPlace().bulkLoad(input),
      loadShards: (input) => inPlace().loadShards(input),
      verifyLoad: (input) => inPlace().verifyLoad(input),
      readLive: () => inPlace().readLive(),
      publish: (input) => inPlace().publish(input),
      rollBack: (input) => inPlace().rollBack(input),
      watchServing: (input) => inPlace().watchServing(input),
      planSweep: (input) => inPlace().planSweep(input),
      sweepVersion: (input) => inPlace().sweepVersion(input),
      eraseReader: (input) => inPlace().eraseReader(input),
      closeErasure: (input) => inPlace().closeErasure(input),
      writeReport: (input) => inPlace().writeReport(input),
      sendAlert: (input) => inPlace().sendAlert(input),
      watchSchedule: (input) => inPlace().watchSchedule(input),
      countFreshClicks: (input) => inPlace().countFreshClicks(input),
      publishFreshLists: (input) => inPlace().publishFreshLists(input),
    } satisfies Activities,
    // Histories are kept in the repository: they name no machine.
    identity: 'recorder',
    debugMode: true,
    maxHeartbeatThrottleInterval: '200 ms',
    workflowFailureErrorTypes: { '*': ['Error'] },
    ...(options.maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows: options.maxCachedWorkflows }),
  });
  const running = worker.run();
  return {
    env,
    taskQueue,
    use: (activities) => {
      current = activities;
    },
    async close() {
      worker.shutdown();
      await running;
      await env.teardown();
    },
  };
}

/** A real dev server, for what the time-skipping one does not have: schedules, lists, deployments. */
export function startDevServer(): Promise<TestWorkflowEnvironment> {
  return TestWorkflowEnvironment.createLocal({
    server: {
      executable: { type: 'existing-path', path: programs.temporal },
      log: { format: 'pretty', level: 'error' },
    },
  });
}

export function workflowBundlePath(): string {
  const path = process.env['TEST_WORKFLOW_BUNDLE'];
  if (!path)
    throw new Error('TEST_WORKFLOW_BUNDLE is unset: run this file through jest, whose globalSetup makes the bundle');
  return path;
}

/** One for all tests of the file that calls this. */
export function testbedOfFile(): WorkflowTestbed {
  let opened: WorkflowTestbed | undefined;
  const testbed = (): WorkflowTestbed => {
    if (opened === undefined) throw new Error('the testbed is opened before the first test');
    return opened;
  };
  beforeAll(async () => {
    opened = await createTestbed();
  });
  afterAll(() => testbed().close());
  return {
    get env() {
      return testbed().env;
    },
    get taskQueue() {
      return testbed().taskQueue;
    },
    use: (activities) => testbed().use(activities),
    close: () => testbed().close(),
  };
}

let quiet = false;

/** Only errors reach the console; a Runtime can be installed once in a process. Before the first worker. */
export function quietRuntime(): void {
  if (quiet) return;
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
  });
  keepNoPromiseStacks();
  quiet = true;
}

/**
 * A worker in debug mode notes where each promise was made, for queries that no test asks. All promises of the process would
 * pay for it, also those of the test files that follow, for nothing takes the hook off.
 */
export function keepNoPromiseStacks(): void {
  globalHandlers.install();
  globalHandlers['stopPromiseHook']();
}
