import { describeCron, InvalidCron, parseCron } from '../../src/domain/cron';

describe('cron fields', () => {
  it.each([
    ['30 0 * * *', '30 0 * * *'],
    ['*/20 6-8 * * *', '0,20,40 6,7,8 * * *'],
    ['5/25 1 1,15 * *', '5,30,55 1 1,15 * *'],
    ['0 3 * Jan-mar MON,5', '0 3 * 1,2,3 1,5'],
    ['0-59 * 1-31 1-12 sun-SAT', '* * * * *'],
  ])('of %s stand for %s', (text, same) => {
    expect(describeCron(parseCron(text))).toBe(same);
  });

  it.each([
    ['30 0 * *', 'needs five fields'],
    ['60 0 * * *', "'60' as minute"],
    ['0 24 * * *', "'24' as hour"],
    ['0 3 0 * *', "'0' as dayOfMonth"],
    ['0 3 * foo *', "'foo' as month"],
    ['0 5-3 * * *', "'5-3' as hour"],
    ['*/0 3 * * *', "'*/0' as minute"],
    ['0 3 * * 1,', "'' as dayOfWeek"],
  ])('cannot be read from %s, and the message says which', (text, names) => {
    expect(() => parseCron(text)).toThrow(InvalidCron);
    expect(() => parseCron(text)).toThrow(names);
  });
});
