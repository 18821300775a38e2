import { answerTo } from '../../src/collector/errorAnswer';

describe('an error that nobody foresaw', () => {
  it.each([{}, { statusCode: 500 }, { statusCode: 503 }])(
    'is answered 500 without a word of what failed: %j',
    (status) => {
      const error = Object.assign(new Error('secret'), { code: 'FST_ERR' }, status);
      expect(answerTo(error)).toEqual({ statusCode: 500, reason: 'other', message: 'internal error' });
    },
  );

  it('of Fastify about the request keeps its status and message', () => {
    const error = Object.assign(new Error('length'), { code: 'FST_ERR_CTP_INVALID_CONTENT_LENGTH', statusCode: 400 });
    expect(answerTo(error)).toEqual({ statusCode: 400, reason: 'other', message: 'length' });
  });
});
