"""Who may change things: a browser on this machine, or whom the settings say."""

from types import SimpleNamespace

import pytest

from rag.web.access import is_misnamed, may_manage
from rag.web.options import WebOptions


def request(client="127.0.0.1", **headers):
    fields = {"host": "127.0.0.1:7860"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return SimpleNamespace(client=SimpleNamespace(host=client), headers=fields)


@pytest.mark.parametrize(
    ("asked", "may"),
    [
        (request(), True),
        (request(host="localhost:7860"), True),
        (request(client="::1", host="[::1]:7860"), True),
        (request(origin="http://localhost:7860"), True),
        (request(client="192.168.1.9", host="192.168.1.5:7860"), False),
        (request(client="192.168.1.9"), False),
        (request(host="yinju.example"), False),
        (request(host="127.0.0.1.example"), False),
        (request(host=""), False),
        (request(host="["), False),
        (request(origin="http://["), False),
        (request(origin="https://evil.example"), False),
        (request(origin="null"), False),
        (request(x_forwarded_for="10.0.0.9"), False),
        (request(forwarded="for=10.0.0.9"), False),
        (SimpleNamespace(client=None, headers={"host": "localhost"}), False),
    ],
)
def test_on_this_machine_alone(asked, may):
    assert may_manage(asked, WebOptions()) is may


def test_the_setting_decides_where_it_says_so():
    far = request(client="192.168.1.9", host="yinju.example")
    assert may_manage(far, WebOptions(manage="yes"))
    assert not may_manage(request(), WebOptions(manage="no"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"manage": "maybe"},
        {"user": "甲"},
        {"password": "乙"},
        {"user": "a:b", "password": "c"},
        {"rate": -1},
    ],
)
def test_options_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=r"manage|user|rate"):
        WebOptions(**wrong)


@pytest.mark.parametrize(
    ("asked", "options", "misnamed"),
    [
        (request(host="evil.example:7860"), {}, True),
        (request(host=""), {}, True),
        (request(), {}, False),
        (request(client="::1", host="[::1]:7860"), {}, False),
        (request(host="yinju.example"), {"proxies": "127.0.0.1"}, False),
        (request(host="yinju.example"), {"user": "甲", "password": "乙"}, False),
        (request(client="192.168.1.9", host="yinju.example"), {}, False),
    ],
)
def test_a_name_that_was_made_to_point_here_is_none_of_ours(asked, options, misnamed):
    assert is_misnamed(asked, WebOptions(**options)) is misnamed
