const { default: Sequencer } = require('@jest/test-sequencer');

/** Files that take minutes. One that begins last is waited for alone, and a fresh clone orders files by their size. */
const longest = [
  'endToEnd/trainingFaults',
  'endToEnd/badMornings',
  'endToEnd/demoPath',
  'chaos/publish',
  'worker/shutdown',
  'replay/replay',
  'endToEnd/badInput',
];

function rank({ path }) {
  const found = longest.findIndex((name) => path.endsWith(`/test/${name}.test.ts`));
  return found === -1 ? longest.length : found;
}

module.exports = class LongestFirst extends Sequencer {
  async sort(tests) {
    return (await super.sort(tests)).toSorted((a, b) => rank(a) - rank(b));
  }
};
