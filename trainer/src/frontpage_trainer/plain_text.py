"""Whether a whole NDJSON text holds nothing but strings, without parsing it: the collector writes no other values."""

import numpy as np
from numpy.typing import NDArray

_STEP = 1 << 18
_QUOTE, _COLON = b'":'


def holds_strings_only(content: bytes) -> bool:
    """Whether each value of valid compact NDJSON is shown to be a string; false says nothing.

    Without a backslash every quote begins or ends a string, a key and its string value have four of them and one `":"`
    in between, and nothing else has that but a string that is a colon, or begins or ends so, which has `:":`. So where
    quotes are four times as many as `":"`, every string belongs to such a pair, and every key has its string."""
    if b"\\" in content:
        return False
    text = np.frombuffer(content, dtype=np.uint8)
    quotes, colons = _places(text, _QUOTE), _places(text, _COLON)
    pairs = quotes & _from(colons, 1) & _from(quotes, 2)
    if (colons & _from(quotes, 1) & _from(colons, 2)).any():
        return False
    return bool(np.bitwise_count(quotes).sum() == 4 * np.bitwise_count(pairs).sum())


def _places(text: NDArray[np.uint8], sign: int) -> NDArray[np.uint64]:
    """A bit for each byte, the first one lowest: whether it is this sign."""
    bits = np.zeros(-(-text.size // 64) * 8, dtype=np.uint8)
    # In pieces that stay in the processor's cache.
    for start in range(0, text.size, _STEP):
        packed = np.packbits(text[start : start + _STEP] == sign, bitorder="little")
        bits[start // 8 : start // 8 + packed.size] = packed
    return bits.view("<u8")


def _from(bits: NDArray[np.uint64], places: int) -> NDArray[np.uint64]:
    """Moved towards the first one."""
    behind = np.append(bits[1:], np.uint64(0)) if bits.size else bits
    return bits >> np.uint64(places) | behind << np.uint64(64 - places)
