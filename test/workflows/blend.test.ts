import type { ApplicationFailure } from '@temporalio/common';
import type { Activities, DailyInput, DailyResult, PublishInput } from '../../src/contract';
import { defaultBlendWeights } from '../../src/domain/blendWeights';
import { failure } from '../../src/failures';
import { dailyRecommendations } from '../../src/workflows';
import { catalogued } from '../support/outcomes';
import { activitiesOf, chosenBlend, dailyInput } from '../support/scenarios';
import { testbedOfFile } from '../support/workflowEnvironment';

const testbed = testbedOfFile();
let counter = 0;

async function run(overrides: Partial<Activities>, input: DailyInput = dailyInput) {
  const published: PublishInput[] = [];
  const { activities, trace } = activitiesOf({
    publish: async (publication) => {
      published.push(publication);
    },
    ...overrides,
  });
  testbed.use(activities);
  const outcome: DailyResult | ApplicationFailure = await testbed.env.client.workflow
    .execute(dailyRecommendations, { workflowId: `blend-${++counter}`, taskQueue: testbed.taskQueue, args: [input] })
    .catch(catalogued);
  return { outcome, trace, weights: published[0]?.weights };
}

describe('the blend of a run', () => {
  it('is published with the weights that would have served best, and told of', async () => {
    const weights = { ...defaultBlendWeights, maxAgeHours: 48 };
    const { outcome, weights: published } = await run({ chooseBlend: async () => ({ ...chosenBlend(), weights }) });
    expect(published).toEqual(weights);
    expect(outcome).toMatchObject({ outcome: 'published', summary: { blend: { weights, halfLifeMinutes: 5 } } });
  });

  it('stays as it was, and says why, when it cannot be chosen', async () => {
    const { outcome, weights } = await run({
      chooseBlend: async () => {
        throw failure('ModelArtefactInvalid', 'the holdout cannot be read');
      },
    });
    expect(weights).toBeUndefined();
    expect(outcome).toMatchObject({
      outcome: 'published',
      summary: { blend: { notChosen: 'the holdout cannot be read' } },
    });
  });

  it('is not asked about in a run that was started before there was one', async () => {
    const { blend: _since, ...settings } = dailyInput.settings;
    const { outcome, trace, weights } = await run({}, { ...dailyInput, settings });
    expect(outcome).toMatchObject({ outcome: 'published' });
    expect(trace.calls).not.toContain('chooseBlend');
    expect(weights).toBeUndefined();
  });
});
