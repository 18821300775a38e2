/**
 * What was measured, as the plan uses it: rates and sizes of docs/performance.md, each with the section it stands in. All of two
 * cores of one machine; how they carry over to others is assumed, and said.
 */

export interface Measured {
  readonly value: number;
  readonly unit: string;
  /** Of docs/performance.md. */
  readonly section: string;
  /** How it is written there. */
  readonly written: string;
}

export const rates = {
  acceptedClicks: {
    value: 33_663,
    unit: 'clicks a second and core of a collector',
    section: 'The collector under load',
    written: '33,663',
  },
  billedUnits: {
    value: 55.1,
    unit: 'units of 5 KB for 1,000 clicks',
    section: 'The collector under load',
    written: '55.1',
  },
  /** The slower of two runs. */
  readClicks: { value: 422_208, unit: 'clicks of a day read a second', section: 'Training', written: '422,208' },
  /** Three fits of 15 iterations in 103.7 s, over 10 million clicks of the day and 2.5 million of history. */
  fitSeconds: {
    value: 103.7 / 12.5,
    unit: 'seconds for a million clicks that are learned from',
    section: 'Training',
    written: '103.7',
  },
  rankedReaders: { value: 239_808, unit: 'readers ranked a second', section: 'Training', written: '239,808' },
  /** For 100,000 clicks of a day. */
  historyDaySeconds: {
    value: 0.03 * 10,
    unit: 'seconds for a million clicks of an earlier day',
    section: 'A day is parsed once',
    written: '0.03 s as interactions',
  },
  memoryBytes: {
    value: 116,
    unit: 'bytes of the trainer for each click of the day',
    section: 'Training',
    written: '116 bytes a click',
  },
  /** Load, verification and publish of 10 million readers' lists, by a table without a limit. */
  verifySeconds: {
    value: 66 / 10,
    unit: 'seconds for a million readers, at most',
    section: 'History',
    written: 'took 66 s',
  },
  historyEvents: { value: 170, unit: 'events of a daily run', section: 'History', written: '| 170 |' },
  servedPages: { value: 10_751, unit: 'pages a second and core of serving', section: 'Serving', written: '10,751' },
} as const satisfies Readonly<Record<string, Measured>>;

/** Of the machine that the rates of training are of. */
export const measuredCores = 2;
