"""Hard bounds on shares of what was read. Beyond one of them the input is unusable, whatever could be learnt."""

from fractions import Fraction

from .errors import DataRejected


def exceeds(count: int, total: int, share: float) -> bool:
    """Whether `count` of `total` is more than `share`, as the share is written: 29 of 100 are not more than 0.29,
    which floating point would deny."""
    return count > Fraction(str(share)) * total


def require_share(count: int, total: int, figure: str, bound: tuple[str, float], advice: str) -> None:
    """Raises `DataRejected` when `count` of `total` is more than the bound. `figure` says what is counted, `bound` is
    the hyperparameter and its value, `advice` says what to do."""
    name, share = bound
    if exceeds(count, total, share):
        raise DataRejected(
            f"{count} of {total} {figure}: {100 * count / total:.4g} % where {name} allows {100 * share:.4g} %; "
            f"{advice}"
        )
