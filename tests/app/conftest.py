"""One server for all tests of the page that leave it as it is."""

import pytest

from tests.app.client import serving


@pytest.fixture(scope="session")
def served(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served")
    with serving(cwd=folder) as running:
        yield running
    assert list(folder.iterdir()) == []  # whatever was asked, nothing was written
