"""Other people's models by one setting, held to sentence-transformers' own figures on models made here."""

import json
import re
import shutil
from dataclasses import replace

import numpy as np
import pytest

from rag.assistant import build_index, open_assistant
from rag.config import load_settings
from rag.doctor import examine
from rag.embedding import load_embedder
from rag.errors import IndexDamagedError, ModelError
from rag.ranking import load_ranker
from rag.retrieval import search

pytestmark = pytest.mark.torch

QUERIES = ["國务院经济政策", "GDP增长"]
PASSAGES = ["科技创新，金融改革。", "国务院发展经济的政策", ""]
BGE = "为这个句子生成表示以用于检索相关文章："


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    from tiny_models import make_embedder

    return make_embedder(tmp_path_factory.mktemp("models") / "plain")


@pytest.fixture(scope="module")
def cross_encoder(tmp_path_factory):
    from tiny_models import make_cross_encoder

    return make_cross_encoder(tmp_path_factory.mktemp("models") / "ranker")


def theirs(path, texts):
    """Return the vectors of these very texts by sentence-transformers, of length 1."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(path), device="cpu")
    return model.encode(texts, prompt="", normalize_embeddings=True, show_progress_bar=False)


def with_prompts(folder, own):
    """Write the prompts of a model into its own configuration."""
    file = folder / "config_sentence_transformers.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"prompts": own}))


@pytest.mark.parametrize(
    ("name", "own", "query", "passage"),
    [
        ("any", {}, "", ""),
        ("any", {"query": "query:", "document": "passage:"}, "query:", "passage:"),
        ("any", {"query": "query:", "passage": "检索："}, "query:", "检索："),
        ("any", {"query": "query:"}, "query:", ""),
        ("any", {"search_query": "query:"}, "", ""),
        ("bge-small-zh-v1.5", {}, BGE, ""),
        ("bge-large-zh", {"query": "检索：", "document": ""}, "检索：", ""),
        ("BGE-m3", {}, "", ""),
        ("Multilingual-E5-small", {}, "query: ", "passage: "),
        ("e5-base-v2", {"query": "", "document": ""}, "query: ", "passage: "),
        ("multilingual-e5-large-instruct", {}, "", ""),
    ],
)
def test_queries_and_passages_have_their_prompts(tmp_path, plain, name, own, query, passage):
    with_prompts(shutil.copytree(plain, tmp_path / name), own)
    embedder = load_embedder(str(tmp_path / name))
    assert (embedder.dimension, embedder.max_tokens) == (32, 64)
    queries, passages = embedder.encode_queries(QUERIES), embedder.encode_passages(PASSAGES)
    assert queries.dtype == passages.dtype == np.float32
    np.testing.assert_allclose(queries, theirs(plain, [query + text for text in QUERIES]), atol=1e-6)
    np.testing.assert_allclose(passages, theirs(plain, [passage + text for text in PASSAGES]), atol=1e-6)
    assert (np.abs(queries - theirs(plain, QUERIES)).max() > 0.1) == bool(query)
    assert embedder.encode_queries([]).shape == (0, 32)
    unprompted = load_embedder(str(plain)).fingerprint
    assert (embedder.fingerprint == unprompted) == (query == passage == "")


@pytest.mark.parametrize(("written", "folded"), [("國务院", "国务院"), ("G", "g")])
def test_texts_reach_the_model_as_they_stand(plain, written, folded):
    embedder = load_embedder(str(plain))
    for encode in (embedder.encode_queries, embedder.encode_passages):
        np.testing.assert_allclose(encode([written]), theirs(plain, [written]), atol=1e-6)
        assert np.abs(encode([written]) - encode([folded])).max() > 0.01


def hits_of(assistant, query):
    return search(assistant.index, query, 50, assistant.settings.retrieval)


def test_a_cross_encoder_scores_the_query_with_what_is_indexed(assistant, cross_encoder):
    from sentence_transformers import CrossEncoder

    hits = hits_of(assistant, "科技創新")[:7]
    scores = load_ranker(str(cross_encoder)).scores("科技創新", hits)
    assert scores.dtype == np.float32
    assert len(set(scores.tolist())) > 1
    model = CrossEncoder(str(cross_encoder), device="cpu")
    pairs = [("科技創新", f"{hit.chunk.context}\n{hit.chunk.text}") for hit in hits]
    np.testing.assert_allclose(scores, model.predict(pairs), atol=1e-6)
    assert load_ranker(str(cross_encoder)) is load_ranker(str(cross_encoder))


def test_one_setting_each_brings_them_into_every_search(assistant, plain, cross_encoder, tmp_path):
    environment = {
        "YINJU_DOCS": str(assistant.settings.docs),
        "YINJU_INDEX": str(tmp_path / "index"),
        "YINJU_EMBEDDER": str(shutil.copytree(plain, tmp_path / "bge-small-zh-v1.5")),
        "YINJU_RETRIEVAL_RANKER": str(cross_encoder),
        "YINJU_RETRIEVAL_RANKED": "5",
    }
    settings = load_settings(tmp_path / "none.toml", environment)
    opened = open_assistant(settings)
    query = "科技创新和产业创新"
    chunk = opened.index.documents.chunks([3])[3]
    [(found, similarity)] = opened.index.vectors.search(
        theirs(plain, [f"{chunk.context}\n{chunk.text}"])[0], 1
    )
    assert (found, similarity) == (chunk.id, pytest.approx(1, abs=1e-5))

    dense = opened.index.vectors.search(theirs(plain, [BGE + query])[0], 50)
    hits = hits_of(opened, query)
    ranks = {identifier: rank for rank, (identifier, _) in enumerate(dense, start=1)}
    found = {hit.chunk.id: hit.ranks["dense"] for hit in hits if "dense" in hit.ranks}
    assert len(found) > 20
    assert found == {identifier: ranks[identifier] for identifier in found}
    fused = search(opened.index, query, 50, replace(settings.retrieval, ranker="none"))
    scores = load_ranker(str(cross_encoder)).scores(query, fused[:5])
    order = [fused[i].chunk.id for i in np.argsort(-scores)] + [hit.chunk.id for hit in fused[5:]]
    assert [hit.chunk.id for hit in hits] == order != [hit.chunk.id for hit in fused]

    passages = ["科技创新。", "金融改革支持科技创新的企业。", "绿色发展。"]
    given = opened.ask("科技创新靠什么支持？", passages=passages)
    assert {citation.place.file for citation in given.citations} <= {f"passages#{n}" for n in range(3)}
    assert (
        opened.ask("技术合同成交金额从多少增长到多少？").text
        == assistant.ask("技术合同成交金额从多少增长到多少？").text
    )

    messages = {finding["name"]: finding["message"] for finding in examine(settings)}
    assert messages["嵌入模型"] == f"{settings.embedder}，32 维，每个片段至多读 64 个词元"
    assert messages["排序模型"] == f"{cross_encoder}，重排前 5 条"


def test_an_index_is_stale_when_the_embedder_or_its_prompts_change(assistant, plain, tmp_path):
    settings = replace(assistant.settings, index=tmp_path / "index")
    with_prompts(shutil.copytree(plain, tmp_path / "prompted"), {"query": "query:"})
    build_index(settings)
    stale = "是用另一个嵌入模型（或它的提示词）建的；请运行 python -m rag index --docs {} --index {} 重建"
    for embedder in (plain, tmp_path / "prompted"):
        settings = replace(settings, embedder=str(embedder))
        with pytest.raises(IndexDamagedError, match=re.escape(stale.format(settings.docs, settings.index))):
            open_assistant(settings)
        assert [finding["ok"] for finding in examine(settings)].count(False) == 1
        build_index(settings)
        open_assistant(settings, update=False)


def damaged(folder, plain, cross_encoder):
    """Yield models that cannot be used: what loads them, their name, and what the message says."""

    def copy(source, name):
        return shutil.copytree(source, folder / name)

    from tiny_models import make_cross_encoder

    for load, source, noun in ((load_embedder, plain, "嵌入模型"), (load_ranker, cross_encoder, "排序模型")):
        failed = f"^{noun} .* 载入失败（.+），请检查名称、路径和网络，或改用 builtin$"
        cut = copy(source, f"cut-{noun}")
        (cut / "model.safetensors").write_bytes((cut / "model.safetensors").read_bytes()[:500])
        yield load, cut, failed
        (copy(source, f"gone-{noun}") / "model.safetensors").unlink()
        yield load, folder / f"gone-{noun}", failed
        (copy(source, f"other-{noun}") / "config.json").write_text(
            '{"model_type": "bert", "hidden_size": 48}'
        )
        yield load, folder / f"other-{noun}", failed
        (copy(source, f"void-{noun}") / "config.json").write_text("{")
        yield load, folder / f"void-{noun}", failed
        yield (
            load,
            folder / "nowhere",
            f"^{noun}的文件夹不存在：.*，请写文件夹，或模型站上“机构/名称”的全名，或改用 builtin$",
        )
    unfit = "不是给文段打分的排序模型"
    yield load_ranker, plain, unfit  # its scoring layer would be random
    yield load_ranker, make_cross_encoder(folder / "classes", labels=3), unfit


def test_what_cannot_be_used_is_told_in_one_line(assistant, tmp_path, plain, cross_encoder):
    for load, name, message in damaged(tmp_path, plain, cross_encoder):
        with pytest.raises(ModelError, match=message) as caught:
            load(str(name))
        assert "\n" not in str(caught.value)
    options = replace(assistant.settings.retrieval, ranker=str(tmp_path / "nowhere"))
    settings = replace(assistant.settings, retrieval=options)
    with pytest.raises(ModelError, match="排序模型的文件夹不存在"):
        open_assistant(settings)
    [bad] = [finding["message"] for finding in examine(settings) if not finding["ok"]]
    assert bad.startswith("排序模型的文件夹不存在")
