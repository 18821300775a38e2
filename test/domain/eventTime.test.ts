import { applyEventTime, type EventTimePolicy } from '../../src/domain/eventTime';

const nowMs = Date.parse('2026-11-23T10:00:00.000Z');
const rule = (policy: EventTimePolicy) => ({ policy, maxFutureSeconds: 300, maxAgeHours: 48 });
const click = (occurredAt: string) => ({ event_id: 'e1', user_id: 'r1', article_id: 'a1', occurred_at: occurredAt });

describe('the event time of a click', () => {
  it.each(['2026-11-21T10:00:00.000Z', '2026-11-23T10:00:00.000Z', '2026-11-23T10:05:00.000Z'])(
    'is taken as it is inside the window: %s',
    (occurredAt) => {
      expect(applyEventTime(click(occurredAt), rule('reject'), nowMs)).toEqual({ ok: true, click: click(occurredAt) });
    },
  );

  it.each([
    ['2026-11-23T10:05:00.001Z', "is more than 300 seconds ahead of the collector's clock"],
    ['2026-11-21T09:59:59.999Z', 'is more than 48 hours ago'],
  ])(
    'outside of it, %s, is refused with the reason, replaced by the arrival, or taken, by policy',
    (occurredAt, reason) => {
      expect(applyEventTime(click(occurredAt), rule('reject'), nowMs)).toEqual({
        ok: false,
        field: 'occurred_at',
        reason,
      });
      expect(applyEventTime(click(occurredAt), rule('restamp'), nowMs)).toEqual({
        ok: true,
        click: click('2026-11-23T10:00:00.000Z'),
      });
      expect(applyEventTime(click(occurredAt), rule('accept'), nowMs)).toEqual({ ok: true, click: click(occurredAt) });
    },
  );
});
