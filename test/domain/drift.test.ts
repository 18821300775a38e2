import { describeDifference, differences } from '../../src/domain/drift';

const texts = (is: unknown, wanted: unknown): string[] => differences(is, wanted).map(describeDifference);

describe('drift', () => {
  it('is none between values that are equal, in whatever order their members are', () => {
    expect(differences({ a: [1, { b: 'x' }], c: {} }, { c: {}, a: [1, { b: 'x' }] })).toEqual([]);
  });

  it('names each place with what is there and what is wanted', () => {
    expect(
      texts(
        { policies: { overlap: 'BUFFER_ONE' }, action: { args: [{ settings: { historyDays: 3, old: true } }] } },
        { policies: { overlap: 'SKIP' }, action: { args: [{ settings: { historyDays: 7, note: '' } }] } },
      ),
    ).toEqual([
      'policies.overlap is BUFFER_ONE, wanted SKIP',
      'action.args[0].settings.historyDays is 3, wanted 7',
      'action.args[0].settings.note is not set, wanted ""',
      'action.args[0].settings.old is true, wanted not set',
    ]);
  });

  it('shows lists of different lengths as a whole', () => {
    expect(texts({ ladder: ['spot'] }, { ladder: ['spot', 'on-demand'] })).toEqual([
      'ladder is ["spot"], wanted ["spot","on-demand"]',
    ]);
  });
});
