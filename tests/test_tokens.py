"""Token counting: exact on a worked example, without a network, on any text."""

import hashlib
import socket
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st
from tiktoken_ext import openai_public

from rag import tokens
from training.tokens import train, write


@pytest.fixture
def no_network(monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def oracle(text, ranks):
    """Count the tokens of one piece by the definition: merge the pair of lowest rank, again and again."""
    parts = [bytes([byte]) for byte in text.encode()]
    while True:
        ranked = [
            (ranks[parts[i] + parts[i + 1]], i)
            for i in range(len(parts) - 1)
            if parts[i] + parts[i + 1] in ranks
        ]
        if not ranked:
            return len(parts)
        _, place = min(ranked)
        parts[place : place + 2] = [parts[place] + parts[place + 1]]


def test_counts_equal_byte_pair_merging_by_hand():
    ranks = tokens.read_ranks(tokens.RANKS)
    # Cut by the pattern: letters | digits by three | marks | letters …
    pieces = [
        "国务院总理作政府工作报告",
        "，",
        "202",
        "6",
        "年国内生产总值增长",
        "5",
        "%",
        "左右",
        "。",
        "Hello",
        " world",
    ]
    assert tokens.count("".join(pieces)) == sum(oracle(piece, ranks) for piece in pieces)
    assert tokens.count("国务院") == oracle("国务院", ranks) < 3


def test_bytes_have_a_rank_so_that_every_text_can_be_counted():
    ranks = tokens.read_ranks(tokens.RANKS)
    assert {bytes([byte]) for byte in range(256)} <= ranks.keys()
    assert sorted(ranks.values()) == list(range(16_000))


@given(st.text())
def test_decoding_gives_the_text_back(text):
    encoder = tokens.encoding()
    assert encoder.decode(encoder.encode_ordinary(text)) == text


def test_long_runs_are_cut_before_they_overflow_the_stack():
    assert tokens.count("") == 0
    assert 1 <= tokens.count(" " * 1_000_000) <= 1_000_000
    assert tokens.count("哈" * 25_000) == 2 * tokens.count("哈" * 10_000) + tokens.count("哈" * 5_000)


def test_no_connection_is_opened(no_network, monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for model in (None, "gpt-4o", "gpt-4", "gpt-2", "qwen-plus"):
        assert tokens.encoding(model).name == "yinju"
        assert tokens.count("经济增长", model) == tokens.count("经济增长")


def test_the_rank_file_of_a_model_is_used_where_it_is_intact(no_network, monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    write([bytes([byte]) for byte in range(256)], tmp_path / "ranks")
    content = (tmp_path / "ranks").read_bytes()
    file, _ = tokens._PUBLISHED["o200k_base"]
    (tmp_path / file).write_bytes(content)
    assert tokens.encoding("gpt-4o").name == "yinju"
    assert (tmp_path / file).exists(), "tiktoken deletes a file whose hash is wrong"

    tokens._published.cache_clear()
    monkeypatch.setitem(tokens._PUBLISHED, "o200k_base", (file, hashlib.sha256(content).hexdigest()))
    asked = []
    monkeypatch.setattr(tiktoken, "get_encoding", lambda name: asked.append(name) or tokens._own())
    tokens.encoding("gpt-4o")
    assert asked == ["o200k_base"]
    tokens._published.cache_clear()


def test_addresses_behind_the_file_names():
    """The names are the SHA-1 of the addresses that tiktoken itself would fetch."""
    text = Path(openai_public.__file__).read_text(encoding="utf-8")
    for name, (file, digest) in tokens._PUBLISHED.items():
        address = next(part for part in text.split('"') if part.endswith(f"{name}.tiktoken"))
        assert hashlib.sha1(address.encode()).hexdigest() == file
        assert digest in text


def test_training_merges_the_commonest_pair_first(tmp_path):
    learnt = train(["ababab abab", "ab"], size=258)
    assert len(learnt) == 258
    assert sorted(learnt[:256]) == [bytes([byte]) for byte in range(256)]
    assert learnt[256:] == [b"ab", b"abab"]
    write(learnt, tmp_path / "ranks")
    assert tokens.read_ranks(tmp_path / "ranks") == {token: rank for rank, token in enumerate(learnt)}
