from __future__ import annotations

import pytest

from hexflows.core.rules.accounts.policy import Disclosure
from hexflows.core.rules.secrecy import Secret
from hexflows.entrypoints.settings import Delivery, Misconfigured, Settings, Synchronous, settings_from, unknown
from hexflows.entrypoints.showing import shown

LONG = "0123456789abcdef0123456789abcdef"


def problems(**environ):
    with pytest.raises(Misconfigured) as refused:
        settings_from({f"HEXFLOWS_{name}": value for name, value in environ.items()})
    return {each.field: each.message for each in refused.value.problems}


def test_nothing_set_is_the_embedded_default():
    settings = settings_from({})

    assert settings == Settings()
    assert settings.embedded
    assert settings.broker is None
    assert settings.web_processes == 1
    assert settings.public == settings.app == "http://127.0.0.1:8000"


def test_every_problem_is_told_at_once_by_the_name_of_its_variable():
    found = problems(PORT="http", LIMITS="signup=often", VERIFICATION="maybe", SECRET="short", MAIL_URL="ftp://mail")

    assert sorted(found) == [
        "HEXFLOWS_LIMITS",
        "HEXFLOWS_MAIL_URL",
        "HEXFLOWS_PORT",
        "HEXFLOWS_SECRET",
        "HEXFLOWS_VERIFICATION",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "65536"),
        ("PORT", "\uff18\uff10"),
        ("PORT", "-1"),
        ("BCRYPT_COST", "3"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "postgresql"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("REDIS_URL", "redis://host:port"),
        ("BROKER_URL", "kafka://host"),
        ("PUBLIC_URL", "example.org"),
        ("PUBLIC_URL", "https://user@example.org"),
        ("PUBLIC_URL", "https://example.org/api"),
        ("APP_URL", "https://example.org/?next=/"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
        ("LOG_LEVEL", "loud"),
        ("SUPPORT_EMAIL", "a\u0000b"),
        ("METRICS_TOKEN", "guessable"),
        ("SECRET", f"{LONG},{LONG}"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(name, value):
    assert list(problems(**{name: value})) == [f"HEXFLOWS_{name}"]


def test_a_bad_url_is_not_repeated_since_it_may_hold_a_password():
    (message,) = problems(DATABASE_URL="mysql://root:hunter2@host/x").values()

    assert "hunter2" not in message


def test_the_application_may_lie_below_a_path_and_we_may_not():
    assert settings_from({"HEXFLOWS_APP_URL": "https://example.org/shop/"}).app_url == "https://example.org/shop"
    assert settings_from({"HEXFLOWS_PUBLIC_URL": "https://example.org/"}).public_url == "https://example.org"
    assert "without a path" in problems(PUBLIC_URL="https://example.org/api")["HEXFLOWS_PUBLIC_URL"]


def test_a_shared_database_needs_a_secret():
    assert list(problems(DATABASE_URL="postgresql://host/name")) == ["HEXFLOWS_SECRET"]


def test_a_bare_postgresql_url_means_psycopg_three():
    settings = settings_from({"HEXFLOWS_DATABASE_URL": "postgres://host/name", "HEXFLOWS_SECRET": LONG})

    assert settings.database == "postgresql+psycopg://host/name"
    assert not settings.embedded


def test_direct_delivery_needs_a_broker_outside_of_the_worker():
    assert list(problems(DELIVERY="direct")) == ["HEXFLOWS_DELIVERY"]
    assert (
        settings_from({"HEXFLOWS_DELIVERY": "direct", "HEXFLOWS_REDIS_URL": "redis://host"}).delivery is Delivery.DIRECT
    )


def test_a_package_that_is_missing_is_named():
    assert "hexflows[rabbitmq]" in problems(BROKER_URL="amqp://host")["HEXFLOWS_BROKER_URL"]


def test_several_secrets_are_newest_first():
    settings = settings_from({"HEXFLOWS_SECRET": f"{LONG}new, {LONG}old"})

    assert settings.secret == (Secret(f"{LONG}new"), Secret(f"{LONG}old"))


def test_words_may_be_written_in_any_case():
    settings = settings_from({"HEXFLOWS_SQLITE_SYNCHRONOUS": "normal", "HEXFLOWS_DISCLOSURE": "Opaque"})

    assert settings.sqlite_synchronous is Synchronous.NORMAL
    assert settings.disclosure is Disclosure.OPAQUE


def test_an_empty_variable_is_one_that_is_not_set():
    assert settings_from({"HEXFLOWS_DATABASE_URL": " ", "HEXFLOWS_PORT": ""}) == Settings()


def test_the_command_line_wins():
    settings = settings_from({"HEXFLOWS_PORT": "81", "HEXFLOWS_HOST": "::1"}, port=82, host=None)

    assert settings.public == "http://[::1]:82"
    assert settings.sources["port"] == "command line"
    assert settings.sources["host"] == "environment"
    assert settings.sources["data"] == "default"


def test_a_slip_in_a_name_is_noticed():
    environ = {"HEXFLOWS_DATABSE_URL": "x", "HEXFLOWS_TEST_REDIS_URL": "x", "HEXFLOWS_PORT": "1", "PATH": "x"}

    assert unknown(environ) == ("HEXFLOWS_DATABSE_URL",)


def test_secrets_are_masked_and_the_rest_is_told_with_its_source():
    told = {
        each.name: (each.value, each.source)
        for each in shown(
            settings_from(
                {
                    "HEXFLOWS_SECRET": LONG,
                    "HEXFLOWS_DATABASE_URL": "postgresql://me:hunter2@db.example.org:5433/app?sslpassword=hunter2",
                    "HEXFLOWS_LIMITS": "off",
                    "HEXFLOWS_TRUSTED_PROXIES": "10.0.0.0/8,::1",
                },
                port=0,
            )
        )
    }

    assert told["HEXFLOWS_SECRET"] == ("***", "environment")
    assert told["HEXFLOWS_DATABASE_URL"] == ("postgresql+psycopg://***@db.example.org:5433/app?***", "environment")
    assert told["HEXFLOWS_LIMITS"] == ("off", "environment")
    assert told["HEXFLOWS_TRUSTED_PROXIES"] == ("10.0.0.0/8,::1/128", "environment")
    assert told["HEXFLOWS_PORT"] == ("0", "command line")
    assert told["HEXFLOWS_REDIS_URL"] == ("", "default")


def test_secrets_are_not_in_what_python_prints():
    settings = settings_from({"HEXFLOWS_SECRET": LONG, "HEXFLOWS_REDIS_URL": "redis://:hunter2@host"})

    assert LONG not in repr(settings)
    assert "hunter2" not in repr(settings)
