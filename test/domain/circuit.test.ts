import { admit, type Circuit, type CircuitRule, newCircuit, record } from '../../src/domain/circuit';

const rule: CircuitRule = {
  windowMs: 1000,
  minCalls: 4,
  maxFailureShare: 0.5,
  pauseMs: 100,
  maxPauseMs: 300,
  probes: 2,
  probeMs: 50,
};

/** A step is the time and what happens then: `ok` and `fail` end a call that is let through now, `ask` only asks. */
type Step = readonly [atMs: number, what: 'ok' | 'fail' | 'ask', admitted: boolean];

function run(steps: readonly Step[]): Circuit['state'] {
  let circuit = newCircuit(rule, 0);
  for (const [index, [atMs, what, expected]] of steps.entries()) {
    const entered = admit(circuit, rule, atMs);
    expect([index, entered.admitted]).toEqual([index, expected]);
    circuit = entered.circuit;
    if (what !== 'ask' && entered.admitted) {
      circuit = record(circuit, { epoch: circuit.epoch, ok: what === 'ok' }, rule, atMs);
    }
  }
  return circuit.state;
}

const opened: readonly Step[] = [
  [0, 'fail', true],
  [0, 'fail', true],
  [0, 'fail', true],
  [0, 'fail', true],
];

describe('the circuit', () => {
  it.each<[string, readonly Step[], Circuit['state']]>([
    ['stays closed while fewer calls failed than tell anything', opened.slice(1), 'closed'],
    ['stays closed while half of the calls fail', [[0, 'ok', true], [0, 'ok', true], ...opened.slice(2)], 'closed'],
    ['opens when more than half of enough calls fail', [[0, 'ok', true], ...opened.slice(1)], 'open'],
    ['forgets what failed in an earlier window', [...opened.slice(1), [1000, 'fail', true]], 'closed'],
    ['lets nothing through while it is open', [...opened, [99, 'ask', false]], 'open'],
    ['lets one call through after the pause', [...opened, [100, 'ask', true], [100, 'ask', false]], 'half-open'],
    ['stays half-open after one success of two', [...opened, [100, 'ok', true]], 'half-open'],
    ['closes after enough successes', [...opened, [100, 'ok', true], [100, 'ok', true]], 'closed'],
    [
      'opens again for twice as long when a probe fails',
      [...opened, [100, 'ok', true], [100, 'fail', true], [299, 'ask', false], [300, 'ask', true]],
      'half-open',
    ],
    [
      'pauses no longer than the longest pause',
      [...opened, [100, 'fail', true], [300, 'fail', true], [599, 'ask', false], [600, 'ask', true]],
      'half-open',
    ],
    [
      'lets another probe through when one never ends',
      [...opened, [100, 'ask', true], [149, 'ask', false], [150, 'ask', true]],
      'half-open',
    ],
    [
      'begins with the first pause again after it was closed',
      [
        ...opened,
        [100, 'fail', true],
        [300, 'ok', true],
        [300, 'ok', true],
        ...opened.map(([, ...step]) => [310, ...step] as const),
        [409, 'ask', false],
        [410, 'ask', true],
      ],
      'half-open',
    ],
  ])('%s', (_what, steps, state) => {
    expect(run(steps)).toBe(state);
  });

  it('does not count the outcome of a call that began in an earlier state', () => {
    const early = newCircuit(rule, 0);
    let circuit: Circuit = early;
    for (const [atMs] of opened) circuit = record(circuit, { epoch: circuit.epoch, ok: false }, rule, atMs);
    const halfOpen = admit(circuit, rule, 100).circuit;
    expect(halfOpen.state).toBe('half-open');
    for (const ok of [true, false]) expect(record(halfOpen, { epoch: early.epoch, ok }, rule, 100)).toBe(halfOpen);
  });
});
