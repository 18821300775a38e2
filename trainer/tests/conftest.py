"""Places for tests: an empty one, and one trained once on a newsroom whose readers have taste."""

from pathlib import Path

import pytest

from .support import Place, fill, newsroom


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """An empty /opt/ml with the hyperparameters of the tests."""
    empty = Place(tmp_path / "ml")
    empty.configure()
    return empty


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A whole training that nothing interrupted; not to be changed."""
    done = Place(tmp_path_factory.mktemp("trained"))
    done.configure()
    fill(done, newsroom(taste=0.8))
    result = done.run()
    assert result.returncode == 0, result.stderr
    (done.root / "stdout").write_text(result.stdout)
    return done
