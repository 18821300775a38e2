import { keptVersions } from '../../src/domain/keptVersions';

const week = ['2026-11-25.01', '2026-11-24.02', '2026-11-24.01', '2026-11-23.01', '2026-11-22.01', '2026-11-21.01'];

describe('the versions that stay', () => {
  it('are the live one, the one before it, and the newest up to the number wanted', () => {
    expect(keptVersions(week, { version: '2026-11-25.01', previous: '2026-11-24.02' }, 3)).toEqual({
      kept: ['2026-11-25.01', '2026-11-24.02', '2026-11-24.01'],
      doomed: ['2026-11-21.01', '2026-11-22.01', '2026-11-23.01'],
    });
  });

  it('do not depend on the order of the register', () => {
    const live = { version: '2026-11-25.01', previous: '2026-11-24.02' };
    expect(keptVersions(week.toReversed(), live, 4)).toEqual(keptVersions(week, live, 4));
  });

  it('include the live one and the one before it however old they are, after a rollback', () => {
    expect(keptVersions(week, { version: '2026-11-21.01', previous: '2026-11-25.01' }, 2)).toEqual({
      kept: ['2026-11-25.01', '2026-11-21.01'],
      doomed: ['2026-11-22.01', '2026-11-23.01', '2026-11-24.01', '2026-11-24.02'],
    });
  });

  it('are never fewer than these two, whatever number is asked for', () => {
    const { kept } = keptVersions(week, { version: '2026-11-23.01', previous: '2026-11-22.01' }, 0);
    expect(kept).toEqual(['2026-11-23.01', '2026-11-22.01']);
  });

  it('leave room for another one where the one before has left the register', () => {
    const { kept } = keptVersions(week, { version: '2026-11-25.01', previous: '2026-11-01.01' }, 2);
    expect(kept).toEqual(['2026-11-25.01', '2026-11-24.02']);
  });

  it('are all of them as long as there are no more', () => {
    expect(keptVersions(week.slice(0, 2), { version: '2026-11-25.01' }, 3)).toEqual({
      kept: week.slice(0, 2),
      doomed: [],
    });
  });
});
