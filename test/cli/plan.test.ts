/** `frontpage plan` at a terminal and in a script. */
import { Command } from 'commander';
import { addPlan, countArgument } from '../../src/cli/plan';
import { fakeTerminal } from './fakeTerminal';

async function plan(isScreen: boolean, ...args: string[]): Promise<string> {
  const terminal = fakeTerminal({ isScreen });
  const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addPlan(program, { terminal, endWith: () => undefined });
  await program.parseAsync(['plan', ...args], { from: 'user' });
  return terminal.printed.join('\n');
}

const portal = ['--readers', '5M', '--clicks-per-day', '80M'];

describe('frontpage plan', () => {
  it('shows services of four designs side by side, the stages of a night, and what was taken for granted', async () => {
    const text = await plan(true, ...portal);
    expect(text).toMatch(/^5M readers, 80M clicks and 80M pages a day: size medium, us-east-1, US dollars a month$/m);
    expect(text).toMatch(/^ +Frontpage +MSK \+ Aurora +Kinesis \+ Glue +DataBrew \+ on demand$/m);
    expect(text).toMatch(/^Data Firehose +20 +- +- +20$/m);
    expect(text).toMatch(/^together( +[\d,]+){4}$/m);
    expect(text).toMatch(/^ {2}loading +23 min +the settings: 3600 write units a second$/m);
    expect(text).toContain('taken for granted\n');
    expect(text).toContain('left out\n');
  });

  it('gives a script the same as JSON', async () => {
    const given: unknown = JSON.parse(await plan(false, ...portal, '--pages-per-day', '10M', '--size', 'large'));
    expect(given).toMatchObject({
      region: 'us-east-1',
      workload: { readers: 5_000_000, clicksPerDay: 80_000_000, pagesPerDay: 10_000_000, size: 'large' },
      designs: [{ name: 'Frontpage' }, {}, {}, {}],
    });
  });

  it.each([
    [['--readers', '5M'], /required option '--clicks-per-day <count>'/],
    [['--readers', 'many', '--clicks-per-day', '1'], /a number above 0, such as 500k, 5M or 1.2G/],
    [[...portal, '--region', 'eu-central-1'], /no prices are known of region eu-central-1/],
    [[...portal, '--size', 'tiny'], /Allowed choices are small, medium, large/],
  ])('refuses %j', async (args, sentence) => {
    await expect(plan(true, ...args)).rejects.toThrow(sentence);
  });

  it('reads counts as people write them', () => {
    expect(['7', '500k', '5M', '1.5M', '1.6G'].map(countArgument)).toEqual([
      7, 500_000, 5_000_000, 1_500_000, 1_600_000_000,
    ]);
    for (const wrong of ['', '0', '-1', '5m', '1.5', '1e6', '5 M', 'M'])
      expect(() => countArgument(wrong)).toThrow('a number above 0');
  });
});
