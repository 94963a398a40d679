from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.secret import data_folder, signing_secrets
from hexflows.entrypoints.settings import Misconfigured, settings_from


def text_of(folder):
    return signing_secrets(settings_from({}, data=folder))[0].text


def test_the_operators_secret_is_used_and_none_is_made(tmp_path):
    settings = settings_from({"HEXFLOWS_SECRET": "s" * 32}, data=tmp_path)

    assert signing_secrets(settings) == (Secret("s" * 32),)
    assert list(tmp_path.iterdir()) == []


def test_one_is_made_once_for_our_eyes_only(tmp_path):
    folder = tmp_path / "new"

    made = text_of(folder)

    assert text_of(folder) == made
    assert [each.name for each in folder.iterdir()] == ["secret"]
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_processes_that_start_at_once_agree(tmp_path):
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        made = set(pool.map(text_of, [tmp_path / "new"] * 16))

    assert len(made) == 1


def test_a_damaged_secret_is_refused_and_not_replaced(tmp_path):
    (tmp_path / "secret").write_text("short")

    with pytest.raises(Misconfigured):
        text_of(tmp_path)

    assert (tmp_path / "secret").read_text() == "short"


def test_a_folder_that_cannot_be_written_is_told_by_the_name_of_its_setting(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(Misconfigured) as refused:
        text_of(tmp_path / "file")

    assert refused.value.problems[0].field == "HEXFLOWS_DATA"


def test_the_data_folder_is_made_if_it_is_not_there(tmp_path):
    settings = settings_from({}, data=tmp_path / "a" / "b")

    assert data_folder(settings).is_dir()
    assert data_folder(settings) == tmp_path / "a" / "b"


@pytest.mark.parametrize("place", ["a file", "a file/below"])
def test_a_data_folder_that_cannot_be_is_named(tmp_path, place):
    (tmp_path / "a file").touch()

    with pytest.raises(Misconfigured) as refused:
        data_folder(settings_from({}, data=tmp_path / place))

    assert [each.field for each in refused.value.problems] == ["HEXFLOWS_DATA"]
