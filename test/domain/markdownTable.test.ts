import { markdownTable } from '../../src/domain/markdownTable';

describe('a table for the Temporal UI', () => {
  it('has room between its columns, and no cell that ends before its time', () => {
    expect(markdownTable(['stage', 'took'], [['a|b\nc', '1 s']])).toEqual([
      '| stage\u2003 | took\u2003 |',
      '|---|---|',
      '| a b c\u2003 | 1 s\u2003 |',
    ]);
  });
});
