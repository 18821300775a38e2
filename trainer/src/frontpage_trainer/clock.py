"""Event time: UTC, as milliseconds since 1970, and the days and slices of a run."""

from datetime import date, datetime, timedelta, timezone

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
_EPOCH = date(1970, 1, 1)


def day_start_ms(day: date) -> int:
    """Midnight at the beginning of a UTC day."""
    return (day - _EPOCH).days * DAY_MS


def days_before(day: date, count: int) -> list[date]:
    """The `count` days before `day`, oldest first."""
    return [day - timedelta(days=back) for back in range(count, 0, -1)]


def utc_now_text() -> str:
    """Now, as `YYYY-MM-DDTHH:MM:SS.fffZ`."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
