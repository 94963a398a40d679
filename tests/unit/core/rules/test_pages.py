"""Pages: where to go on, and when there is nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexflows.core.rules.pages import InvalidCursor, Page, Slice, page_of, slice_of
from hexflows.entrypoints.testing.making import new_id


@given(st.integers(0, 30), st.integers(1, 8))
def test_pages_one_after_the_other_are_the_whole_list(count, limit):
    everything = [str(new_id()) for _ in range(count)]
    seen, cursor = [], None
    while True:
        part = slice_of(limit, cursor)
        after = [each for each in everything if part.after is None or each > part.after]
        page = page_of(part, tuple(after[: part.and_one.limit]), str)
        assert len(page.items) <= limit
        seen.extend(page.items)
        if page.next is None:
            break
        cursor = page.next

    assert seen == everything


def test_a_full_last_page_has_no_next():
    assert page_of(Slice(2), ("a", "b"), str) == Page(("a", "b"))
    assert page_of(Slice(2), ("a", "b", "c"), str) == Page(("a", "b"), "b")


def test_a_cursor_is_an_id_in_its_one_spelling():
    cursor = new_id()

    assert slice_of(9, str(cursor).upper()) == Slice(9, str(cursor))
    assert slice_of(9, None) == Slice(9)


@pytest.mark.parametrize("cursor", ["", "1", "' or 1=1", "x" * 36])
def test_what_we_did_not_give_is_refused(cursor):
    with pytest.raises(InvalidCursor):
        slice_of(9, cursor)
