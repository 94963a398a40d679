from __future__ import annotations

import pytest

from hexflows.adapters.extras import MissingExtra, needs


def test_a_missing_library_says_what_to_install():
    with pytest.raises(MissingExtra) as missing, needs("no_such_library", extra="auth"):
        import no_such_library  # noqa: F401

    assert str(missing.value) == "no_such_library is not installed; it comes with: pip install 'hexflows[auth]'"
    assert missing.value.name == "no_such_library"


def test_a_library_that_is_there_and_broken_speaks_for_itself():
    with pytest.raises(ModuleNotFoundError) as broken, needs("attrs", extra="auth"):
        import no_such_library  # noqa: F401

    assert not isinstance(broken.value, MissingExtra)


def test_a_library_that_is_there_is_imported():
    with needs("attrs", extra="auth"):
        import attrs

    assert attrs.define
