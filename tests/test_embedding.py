"""The built-in embedder: equal to sentence-transformers, to an oracle by hand, and to itself in any order."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from rag.embedding import BUILTIN, EMBEDDERS, SentenceTransformerEmbedder, StaticEmbedder, load_embedder
from rag.errors import ModelError
from rag.text import fold

TEXTS = (
    "国务院总理在政府工作报告中提出，2026年国内生产总值增长5%左右。",
    "“十五五”时期要建设现代化产业体系",
    "OpenAI 发布了新的大模型",
    "ⓐ℃㎡ ½ 🀄 ㄅㄆㄇ",
    "。，！",
    "",
    " ",
    "推动高质量发展" * 300,
)


@pytest.fixture(scope="module")
def builtin():
    return load_embedder("builtin")


def test_vectors_are_the_normalised_mean_of_the_rows(builtin):
    tokenizer = Tokenizer.from_file(str(BUILTIN / "tokenizer.json"))
    table = load_file(BUILTIN / "model.safetensors")["embedding.weight"].astype(np.float64)
    for text in TEXTS[:3]:
        mean = np.mean([table[number] for number in tokenizer.encode(text).ids], axis=0)
        np.testing.assert_allclose(builtin.encode_passages([text])[0], mean / np.linalg.norm(mean), atol=1e-6)


@pytest.mark.parametrize("name", ["builtin", "static"])
def test_every_static_embedder_of_the_table_has_the_interface(builtin, name):
    embedder = EMBEDDERS[name](str(BUILTIN))
    assert (embedder.dimension, embedder.max_tokens) == (256, None)
    np.testing.assert_array_equal(embedder.encode_queries(TEXTS), embedder.encode_passages(TEXTS))
    np.testing.assert_array_equal(embedder.encode_passages(TEXTS), builtin.encode_passages(TEXTS))


def test_the_builtin_folds_what_it_is_given_and_others_do_not(builtin):
    written, plain = ["國務院「經濟」", "ＧＤＰ增長"], ["国务院“经济”", "gdp增长"]
    np.testing.assert_array_equal(builtin.encode_queries(written), builtin.encode_queries(plain))
    static = load_embedder(str(BUILTIN))
    assert (static.encode_passages(written[:1]) != static.encode_passages(plain[:1])).any()
    assert static.fingerprint != builtin.fingerprint == StaticEmbedder(BUILTIN, prepare=fold).fingerprint
    assert load_embedder("builtin") is builtin


def test_shape_type_and_length(builtin):
    vectors = builtin.encode_passages(TEXTS)
    assert vectors.dtype == np.float32
    assert vectors.shape == (len(TEXTS), builtin.dimension) == (8, 256)
    lengths = np.linalg.norm(vectors, axis=1)
    # Nothing known: marks, nothing, a blank, and signs of a script that is not in the table.
    np.testing.assert_allclose(lengths[[0, 1, 2, 7]], 1, atol=1e-6)
    assert not vectors[[4, 5, 6]].any()
    assert not builtin.encode_passages(["ㄅㄆㄇ"]).any()
    assert builtin.encode_passages([]).shape == (0, 256)


@settings(deadline=None)  # a busy machine is not a failure
@given(
    st.lists(st.text(st.sampled_from("国务院经济增长文化旅游abc 2026。\n龘"), max_size=20), max_size=12),
    st.randoms(),
)
def test_a_vector_depends_on_its_own_text_only(builtin, texts, chance):
    together = builtin.encode_passages(texts)
    order = list(range(len(texts)))
    chance.shuffle(order)
    np.testing.assert_array_equal(builtin.encode_passages([texts[place] for place in order]), together[order])
    for place, text in enumerate(texts):
        np.testing.assert_array_equal(builtin.encode_passages([text])[0], together[place])


def test_more_texts_than_a_batch(builtin):
    texts = [f"第{number}条 国家鼓励科技创新" for number in range(600)]
    np.testing.assert_array_equal(
        builtin.encode_passages(texts)[555], builtin.encode_passages(texts[555:556])[0]
    )


def test_alike_texts_are_nearer_than_others(builtin):
    question, right, wrong = builtin.encode_passages(
        [
            "个人所得税怎么退税",
            "居民个人取得综合所得，多缴税款的可以在汇算清缴时申请退还。",
            "运动会开幕式在体育馆举行，各代表团依次入场。",
        ]
    )
    assert question @ right > question @ wrong + 0.1


def test_loading_needs_no_heavy_library():
    code = (
        "import sys; from rag.embedding import load_embedder; load_embedder('builtin').encode_passages(['经济']);"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'scipy', 'sklearn'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_files_are_small_enough():
    assert (BUILTIN / "model.safetensors").stat().st_size <= 16_000_000
    assert (BUILTIN / "tokenizer.json").stat().st_size <= 2_000_000


@pytest.fixture
def tiny(tmp_path):
    """A static embedder of three words and two columns; row 0 belongs to what is not known."""
    vocabulary = [["[UNK]", 0.0], ["甲", -1.0], ["乙", -1.0], ["甲乙", -1.5]]
    tokenizer = {"version": "1.0", "model": {"type": "Unigram", "unk_id": 0, "vocab": vocabulary}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(tokenizer), encoding="utf-8")
    table = np.array([[0, 0], [3, 0], [0, 4], [-1, 1]], np.float32)
    save_file({"embedding.weight": table}, tmp_path / "model.safetensors")
    modules = [{"type": "sentence_transformers.models.StaticEmbedding", "path": ""}]
    (tmp_path / "modules.json").write_text(json.dumps(modules), encoding="utf-8")
    return tmp_path


def test_a_table_worked_by_hand(tiny):
    vectors = load_embedder(str(tiny)).encode_passages(["甲", "乙甲", "甲乙", "丙", "丙乙"])
    half = 1 / np.sqrt(2)
    # 乙甲 is (0, 4) + (3, 0), of length 5; 甲乙 is a word of its own (-1.5 > -1 - 1); 丙 is not known.
    expected = [[1, 0], [3 / 5, 4 / 5], [-half, half], [0, 0], [0, 1]]
    np.testing.assert_allclose(vectors, expected, atol=1e-7)


def test_fingerprint_follows_the_files(tiny):
    before = StaticEmbedder(tiny).fingerprint
    assert before == StaticEmbedder(tiny).fingerprint != StaticEmbedder(BUILTIN).fingerprint
    assert len(before) == 16
    save_file({"embedding.weight": np.eye(4, 2, dtype=np.float32)}, tiny / "model.safetensors")
    assert StaticEmbedder(tiny).fingerprint != before


@pytest.mark.parametrize("name", ["tokenizer.json", "model.safetensors"])
def test_missing_and_damaged_files_are_named(tiny, name):
    (tiny / name).write_bytes(b"{")
    with pytest.raises(ModelError, match=f"已损坏.*{name}") as caught:
        load_embedder(str(tiny))
    assert "\n" not in str(caught.value)
    (tiny / name).unlink()
    with pytest.raises(ModelError, match=f"没有 {name}"):
        load_embedder(str(tiny))


@pytest.mark.parametrize("name", ["/nowhere/model", "./nowhere", "a/b/c"])
def test_a_path_that_is_not_there_is_not_looked_up_on_a_hub(name):
    with pytest.raises(ModelError, match="文件夹不存在"):
        load_embedder(name)


@pytest.mark.torch
def test_sentence_transformers_gives_the_same_vectors(builtin):
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(BUILTIN), device="cpu").float()
    theirs = model.encode(list(TEXTS), show_progress_bar=False)
    np.testing.assert_allclose(builtin.encode_passages(TEXTS), theirs, atol=1e-5)
    other = SentenceTransformerEmbedder(str(BUILTIN))
    assert other.dimension == 256
    assert other.fingerprint == SentenceTransformerEmbedder(str(BUILTIN)).fingerprint
    np.testing.assert_allclose(other.encode_passages(TEXTS), theirs, atol=1e-6)
    assert other.encode_passages([]).shape == (0, 256)


@pytest.mark.torch
def test_training_on_a_dozen_texts_is_deterministic_and_learns(tmp_path):
    from training.contrastive import loss_of, tokenize
    from training.embedder import Recipe, export, train
    from training.pairs import Document, Pair

    topics = ("小麦丰收", "高铁开通", "足球比赛", "医院看病", "学校开学", "台风登陆")
    texts = [
        Document(
            title=topic,
            lead=f"{topic}的消息。",
            passages=((f"{topic}的消息。", f"今年{topic}共{n}次。"),) * 2,
        )
        for topic in topics
        for n in (3, 12)
    ]
    questions = [Pair(f"哪里{topic}", f"今年{topic}共3次。") for topic in topics]
    recipe = Recipe(
        entries=60,
        dimension=4,
        fewest=1,
        batch=8,
        first_steps=30,
        second_steps=5,
        start_passages=24,
    )
    tokenizer, table = train(texts, questions, recipe)
    again, same = train(texts, questions, recipe)
    assert tokenizer.to_str() == again.to_str()
    np.testing.assert_array_equal(table, same)
    assert table.dtype == np.float32
    assert not table[0].any()

    export(tokenizer, table, tmp_path)
    embedder = load_embedder(str(tmp_path))
    assert isinstance(embedder, StaticEmbedder)
    vectors = embedder.encode_passages([pair.query for pair in questions])
    passages = embedder.encode_passages([pair.passage for pair in questions])
    assert (np.argmax(vectors @ passages.T, axis=1) == np.arange(len(topics))).all()

    import torch

    pairs = tokenize(questions, tokenizer)
    scores = 20 * (vectors @ passages.T).astype(np.float64)
    by_hand = [-np.mean(np.diag(side) - np.log(np.exp(side).sum(1))) for side in (scores, scores.T)]
    loss = loss_of(torch.from_numpy(table), pairs, np.arange(len(questions)))
    assert loss.item() == pytest.approx(np.mean(by_hand), abs=0.02)  # the export rounds to float16


def test_the_weight_is_the_one_with_the_best_mean():
    from training.fit_fusion import WEIGHTS, best_weight

    curves = np.full((2, len(WEIGHTS)), 50.0)
    curves[0, 10], curves[1, 10] = 60, 41
    curves[0, 4], curves[1, 4] = 52, 49.9
    assert best_weight(curves) == WEIGHTS[4] == 0.2


def test_rankings_worked_by_hand():
    from training.retrieval import bm25_scores, collection, fused_scores, reciprocal_ranks, rescaled

    texts = {"a": "小麦。\n玉米小麦。", "b": "高铁。", "c": "玉米。"}
    wanted = collection("toy", texts, [("小麦", ["a"]), ("玉米", ["b", "c"]), ("台风", ["z"])])
    assert wanted.queries == ("小麦", "玉米")
    assert wanted.passages == ("小麦。玉米小麦。", "高铁。", "玉米。")
    # 小麦 stands twice in the first of three passages, whose terms are 小麦 玉米 小麦 and the pair 米小.
    lexical = bm25_scores(wanted)
    idf = np.log(1 + (3 - 1 + 0.5) / (1 + 0.5))
    expected = idf * 2 * 2.2 / (2 + 1.2 * (0.25 + 0.75 * 4 / 2))
    np.testing.assert_allclose(lexical[0], [expected, 0, 0], rtol=1e-6)

    scores = np.array([[0.9, 0.5, 0.1], [0.6, 0.2, 0.4]], np.float32)
    np.testing.assert_allclose(rescaled(scores), [[1, 0.5, 0], [1, 0, 0.5]], atol=1e-6)
    # The right texts come first for 小麦, second for 玉米.
    assert reciprocal_ranks(wanted, scores).tolist() == [1, 0.5]
    both = fused_scores(scores, np.array([[0, 0, 2], [0, 1, 4]], np.float32), 0.25)
    np.testing.assert_allclose(both, [[0.25, 0.125, 0.75], [0.25, 0.1875, 0.875]], atol=1e-6)
