from __future__ import annotations

import pytest

from hexflows.adapters.smtp.server import Server, StartTls


def test_a_server_is_read_off_its_url():
    server = Server.of(
        "smtp://ann%40example.com:p%3Aw%2F@mail.example.com:587?from=no-reply@example.com&ca=/etc/ca.pem"
    )

    assert server == Server(
        host="mail.example.com",
        port=587,
        private=False,
        starttls=StartTls.REQUIRED,
        user="ann@example.com",
        password="p:w/",
        sender="no-reply@example.com",
        ca="/etc/ca.pem",
    )


@pytest.mark.parametrize(("url", "port"), [("smtp://mail", 25), ("smtps://mail", 465), ("smtp://[::1]:2525", 2525)])
def test_ports_are_the_usual_ones_unless_named(url, port):
    assert Server.of(url).port == port


@pytest.mark.parametrize(
    ("url", "starttls"),
    [
        ("smtp://mail", StartTls.OFFERED),
        ("smtp://a:b@mail", StartTls.REQUIRED),
        ("smtp://a:b@localhost", StartTls.OFFERED),
        ("smtp://a:b@127.0.0.1", StartTls.OFFERED),
        ("smtp://a:b@[::1]", StartTls.OFFERED),
        ("smtp://a:b@10.0.0.1", StartTls.REQUIRED),
        ("smtp://a:b@mail?starttls=never", StartTls.NEVER),
        ("smtp://mail?starttls=required", StartTls.REQUIRED),
    ],
)
def test_a_password_travels_in_private_unless_told_otherwise(url, starttls):
    assert Server.of(url).starttls is starttls


def test_a_password_is_not_shown():
    assert "geheim" not in repr(Server.of("smtp://ann:geheim@mail"))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example.com",
        "http://mail.example.com",
        "smtp://",
        "smtp://mail:geheim",
        "smtp://ann:geheim/x@mail",
        "smtp://ann:geheim%C3%BC@mail",
        "smtp://[::1",
        "smtp://mail?start=tls",
        "smtp://mail?starttls=perhaps",
    ],
)
def test_what_names_no_server_is_refused_and_not_shown(url):
    with pytest.raises(ValueError, match=r"mail server|StartTls") as error:
        Server.of(url)

    assert "geheim" not in str(error.value)
