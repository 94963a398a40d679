from __future__ import annotations

import json
import os
import signal
import socket
import time

import pytest

from hexflows.core.rules.jobs import LEASE

from .conftest import PASSWORD, PATIENCE, eventually

pytestmark = pytest.mark.slow


def registration(email="ann@example.com"):
    return json.dumps({"email": email, "password": PASSWORD}).encode()


def begin(port, body, sent):
    """Begin a request, and leave it unfinished."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    head = (
        "POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    connection.sendall(head.encode() + body[:sent])
    return connection


def answer_of(connection):
    with connection, connection.makefile("rb") as file:
        return file.read()


def refused(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return True
    return False


def test_it_prints_one_line_and_a_signal_ends_it_and_all_it_started(serve, ending):
    served = serve().ready()
    assert served.ask("GET", "/readyz")[0] == 200

    served.tell(ending)

    assert served.ended() == (0, "")
    assert served.left() == []


def test_nobody_is_left_when_the_parent_is_killed(serve):
    served = serve().ready()
    served.look()

    served.tell(signal.SIGKILL)

    eventually(lambda: not served.left())
    assert refused(served.port)


def test_a_killed_parent_may_be_started_again_at_the_same_address(serve):
    first = serve().ready()
    first.tell(signal.SIGKILL)
    first.process.wait()

    eventually(lambda: refused(first.port))
    second = serve(port=first.port).ready()

    assert second.ask("GET", "/readyz")[0] == 200


def test_a_request_under_way_is_answered_and_a_new_one_is_refused(serve, ending):
    served = serve().ready()
    body = registration()
    connection = begin(served.port, body, 10)
    time.sleep(0.3)

    served.tell(ending)
    eventually(lambda: refused(served.port))
    connection.sendall(body[10:])

    assert b" 201 " in answer_of(connection).splitlines()[0]
    assert served.ended()[0] == 0
    assert served.left() == []


def test_a_request_under_way_is_answered_when_the_parent_is_killed(serve):
    served = serve().ready()
    body = registration()
    connection = begin(served.port, body, 10)
    time.sleep(0.3)

    served.tell(signal.SIGKILL)
    eventually(lambda: refused(served.port))
    connection.sendall(body[10:])

    assert b" 201 " in answer_of(connection).splitlines()[0]
    eventually(lambda: not served.left())


def test_a_request_that_does_not_end_holds_the_end_up_for_so_long_and_no_longer(serve):
    served = serve(grace=1).ready()
    connection = begin(served.port, registration(), 10)
    time.sleep(0.3)

    served.tell(signal.SIGTERM)

    assert served.ended()[0] == 0
    assert served.left() == []
    connection.close()


def test_being_told_twice_is_the_end_at_once(serve):
    served = serve(grace=60).ready()
    connection = begin(served.port, registration(), 10)
    time.sleep(0.3)

    served.tell(signal.SIGINT)
    eventually(lambda: refused(served.port))
    served.tell(signal.SIGINT)

    assert served.ended()[0] == 0
    assert served.left() == []
    connection.close()


def test_an_idle_connection_does_not_hold_the_end_up(serve):
    served = serve(grace=60).ready()
    idle = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    idle.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert b" 200 " in idle.recv(4096).splitlines()[0]

    served.tell(signal.SIGTERM)
    began = time.monotonic()

    assert served.ended()[0] == 0
    assert time.monotonic() - began < 20
    idle.close()


def test_a_web_process_that_dies_is_started_again_at_the_same_address(serve):
    served = serve().ready()
    before = served.child("web")

    before.kill()
    eventually(lambda: (child := served.child("web")) and child.pid != before.pid)

    assert served.ask("GET", "/healthz")[0] == 200


def test_a_process_that_answers_requests_and_dies_is_started_again(serve):
    served = serve().ready()
    (before,) = served.child("web").children()

    before.kill()
    eventually(lambda: [each for each in served.child("web").children() if each.pid != before.pid])

    assert served.ask("GET", "/healthz")[0] == 200


def test_a_worker_that_dies_is_started_again_and_does_the_jobs(serve, tmp_path):
    served = serve().ready()
    before = served.child("worker")

    before.kill()
    eventually(lambda: (child := served.child("worker")) and child.pid != before.pid)
    status, _ = served.ask("POST", "/auth/register", {"email": "ann@example.com", "password": PASSWORD})

    assert status == 201
    eventually(lambda: list((tmp_path / "data" / "mail").glob("*.eml")))


def test_a_mail_that_was_asked_for_arrives_after_everybody_was_killed(serve, hexflows, tmp_path):
    made = hexflows("users", "create", "--email", "ann@example.com", "--unverified", "--no-password")
    assert made.returncode == 0, made.stderr
    served = serve().ready()
    for each in (served.parent, *served.look()):
        each.kill()
    served.process.wait()

    serve().ready()

    # If it was being sent at that moment, its lease has to lapse first.
    eventually(lambda: list((tmp_path / "data" / "mail").glob("*.eml")), LEASE.total_seconds() + PATIENCE)


def test_an_address_that_is_taken_is_told_in_a_line(serve):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        served = serve(port=taken.getsockname()[1])
        code, printed = served.ended()

    assert (code, printed) == (18, "")
    (line,) = served.log.read_text().splitlines()
    assert line.startswith("ADDRESS_IN_USE: Cannot listen at 127.0.0.1:")


def test_settings_that_are_wrong_are_told_all_at_once(serve):
    served = serve(bcrypt_cost="many", mail_url="pigeon://")
    code, printed = served.ended()

    assert (code, printed) == (10, "")
    assert "HEXFLOWS_BCRYPT_COST" in served.log.read_text()
    assert "HEXFLOWS_MAIL_URL" in served.log.read_text()


def test_what_the_command_line_says_wins(serve, tmp_path):
    serve("--data", str(tmp_path / "other"), "--port", "0", "--host", "127.0.0.1", port=1, data="/nowhere").ready()

    assert (tmp_path / "other" / "hexflows.sqlite3").exists()


def test_two_may_serve_one_data_folder_and_the_second_says_so(serve):
    first, second = serve().ready(), serve().ready()

    status, _ = first.ask("POST", "/auth/register", {"email": "ann@example.com", "password": PASSWORD})
    again, _ = second.ask("POST", "/auth/register", {"email": "ann@example.com", "password": PASSWORD})

    assert (status, again) == (201, 409)
    assert "another hexflows serves" in second.log.read_text()
    assert "another hexflows serves" not in first.log.read_text()


def test_several_processes_answer_side_by_side_and_end_together(serve):
    served = serve(processes=2, metrics_token="0123456789abcdef").ready()
    eventually(lambda: len(served.child("web").children()) == 2)
    assert {served.ask("GET", "/healthz")[0] for _ in range(20)} == {200}

    served.tell(signal.SIGTERM)

    assert served.ended()[0] == 0
    assert served.left() == []


def test_limits_that_are_off_are_told_loudly(serve):
    served = serve(limits="off").ready()

    assert "HEXFLOWS_LIMITS is off" in served.log.read_text()


def test_no_password_reaches_the_log(serve):
    served = serve(log_level="debug").ready()
    served.ask("POST", "/auth/register", {"email": "ann@example.com", "password": PASSWORD})
    served.ask("POST", "/auth/login", {"email": "ann@example.com", "password": PASSWORD})
    served.tell(signal.SIGTERM)
    served.ended()

    log = served.log.read_text()
    assert "POST /auth/login" in log
    assert PASSWORD not in log


def test_each_line_for_machines_is_json_with_the_id_of_its_request(serve):
    served = serve(log_format="json").ready()
    served.ask("GET", "/auth/me")
    served.tell(signal.SIGTERM)
    served.ended()

    lines = [json.loads(line) for line in served.log.read_text().splitlines()]
    (line,) = [line for line in lines if line["message"].startswith("GET /auth/me")]
    assert line["message"] == "GET /auth/me 401"
    assert line["request"]


def test_children_are_out_of_reach_of_the_terminal(serve):
    served = serve().ready()

    groups = {os.getpgid(each.pid) for each in served.look()}

    assert os.getpgid(served.process.pid) not in groups
