"""The reader's training: every stage runs, the same scores come out of torch and numpy, and it can learn."""

import itertools
import json
import lzma

import numpy as np
import pytest

pytestmark = pytest.mark.torch

PLACES = ["海口", "三亚", "儋州", "琼海", "文昌", "万宁", "东方", "五指山", "定安", "屯昌", "澄迈", "临高"]
GOODS = ["口罩", "种子", "化肥", "疫苗", "水泥", "钢材", "煤炭", "棉花", "粮食", "船舶", "电池", "芯片"]


def article(number):
    place, goods, other = PLACES[number % 12], GOODS[(number * 5) % 12], GOODS[(number * 7 + 3) % 12]
    return (
        f"{place}市商务局{number}日通报了{other}市场情况，{goods}价格平稳。去年{place}市的{goods}产量达到{number + 3}万吨，"
        f"比{other}多了一成。{place}市今后将继续支持{goods}企业扩大生产，保障{other}供应。"
    )


def question(number):
    return f"{number}日通报，去年{PLACES[number % 12]}的{GOODS[(number * 5) % 12]}产量是多少？"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("train")

    def put(name, records):
        path = folder / f"{name}.jsonl.xz"
        path.parent.mkdir(exist_ok=True)
        with lzma.open(path, "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)

    docs = [{"id": f"d{n}", "title": f"{PLACES[n % 12]}通报", "text": article(n)} for n in range(40)]
    qa = [
        {
            "id": f"q{n}",
            "question": question(n),
            "answer": f"{n + 3}万吨",
            "answers": [f"{n + 3}万吨"],
            "answerable": n % 4 != 3,
            "doc_ids": [f"d{n}"],
        }
        for n in range(40)
    ]
    for name in ("cmrc2018_trial", "drcd_dev_simplified", "squad2_zh", "cail2019_rc", "ncp_policy_qa"):
        put(f"{name}/docs", docs)
        put(f"{name}/qa", qa)
    put("lecoqa_statutes/docs", docs)
    put("lecoqa_statutes/qa", [q | {"question": f"依照法律，{q['question']}"} for q in qa])
    put(
        "ncp_policy_qa/answer_pairs", [{"query": f"防疫{q['question']}", "positive": q["answer"]} for q in qa]
    )
    for name in ("csl/pairs", "crud_events/pairs"):
        put(name, [{"query": q["question"], "positive": d["text"]} for q, d in zip(qa, docs, strict=True)])
    put("govqa/pairs", [{"id": d["id"], "title": d["title"], "positive": d["text"]} for d in docs])
    for name in ("crud_docs/docs", "crud_docs/xinhua_old", "xwlb/docs", "gov_reports/docs", "laws/docs"):
        put(name, [record | {"text": f"{name}。{record['text']}"} for record in docs])
    return folder


@pytest.fixture(scope="module")
def work(data, tmp_path_factory):
    from training.transformer.__main__ import main

    folder = tmp_path_factory.mktemp("work")
    main([str(data), str(folder), "--recipe", "tiny", "--workers", "1"])
    return folder


def test_each_stage_writes_what_the_next_one_reads(work):
    names = {path.name for path in work.iterdir()}
    assert names == {
        "real.npz",
        "made.npz",
        "pairs.npz",
        "words.safetensors",
        "contrast.safetensors",
        "reader.safetensors",
    }


def test_numpy_gives_the_scores_of_torch(work):
    import torch

    from training.transformer.encoding import Encoder
    from training.transformer.model import Backbone, Reader, restore
    from training.transformer.plain import PlainReader
    from training.transformer.recipe import TINY

    encoder = Encoder(TINY.shape.longest)
    reader = Reader(Backbone(TINY.shape))
    restore(reader, work / "reader.safetensors")
    plain = PlainReader(work / "reader.safetensors")
    question, *sentences = encoder.words(
        ["海口的口罩产量是多少？", "海口市通报了情况。", "口罩产量达到8万吨。"]
    )
    one = encoder.join(question, sentences)
    (found,) = plain.scores([one])
    # Two places of filling behind the input must not change its scores.
    words, kinds = (torch.from_numpy(np.pad(part, (0, 2)).astype(np.int64))[None] for part in one)
    with torch.no_grad():
        wanted = reader(words, kinds)
    assert found.fit == pytest.approx(wanted.fit.item(), abs=1e-4)
    marks = np.flatnonzero(one.words == encoder.mark)
    np.testing.assert_allclose(found.sentences, wanted.sentence[0, marks].numpy(), atol=1e-4)


def test_a_reader_of_another_table_is_refused(work, tmp_path):
    from safetensors.numpy import load_file, save_file

    from rag.errors import ModelError
    from training.transformer.plain import PlainReader

    path = tmp_path / "reader.safetensors"
    save_file(load_file(work / "reader.safetensors"), path, metadata={"embedder": "0" * 16})
    with pytest.raises(ModelError, match=r"reader\.safetensors"):
        PlainReader(path)


def test_questions_about_documents_kept_back_are_in_no_pair(work):
    from training.transformer.encoding import Encoder
    from training.transformer.pretrain import load_pairs
    from training.transformer.questions import part_of

    queries = load_pairs(work / "pairs.npz").queries
    learnt = {tuple(queries.ids[low:high]) for low, high in itertools.pairwise(queries.starts)}
    asked = {
        number
        for number, words in enumerate(Encoder(64).words([question(n) for n in range(40)]))
        if tuple(words) in learnt
    }
    assert asked == {n for n in range(40) if n % 4 != 3 and part_of(f"d{n}") == "learn"}


def test_an_input_says_which_words_the_other_side_has():
    from training.transformer.encoding import PASSAGE, QUESTION, Encoder

    encoder = Encoder(64)
    question, sentence = encoder.words(["海口产量", "海南产量增长"])
    one = encoder.join(question, [sentence])
    names = [
        "<s>",
        *encoder.tokenizer.encode("海口产量").tokens,
        "<m>",
        *encoder.tokenizer.encode("海南产量增长").tokens,
    ]
    kinds = dict(
        zip(zip(names, one.words >= encoder.vocabulary, strict=True), one.kinds.tolist(), strict=True)
    )
    assert kinds["<s>", True] == kinds["<m>", True] == 0
    assert kinds["海口", False] == QUESTION + 1
    assert kinds["海南", False] == PASSAGE + 1
    assert kinds["增长", False] == PASSAGE
    assert one.kinds[list(one.words).index(dict(zip(names, one.words, strict=True))["产量"])] == QUESTION + 2


def test_groups_keep_the_right_passage_first_and_no_other_with_the_answer(data, work):
    from training.transformer.groups import load
    from training.transformer.questions import reading

    pool = reading(data, "cmrc2018_trial", "learn")
    assert all(asked.read and asked.right <= set(range(len(pool.passages))) for asked in pool.asked)
    groups = load(work / "real.npz")
    for question in range(len(groups)):
        low, high = groups.first[question], groups.first[question + 1]
        if groups.right[low:high].any():
            assert groups.right[low]
    assert groups.starts[-1] == len(groups.words) == len(groups.kinds)
    assert groups.marks[-1] == len(groups.answers)


def test_the_loss_is_that_of_the_share_of_what_is_right():
    import torch

    from training.transformer.rank import share_loss

    scores = torch.tensor([[2.0, 1.0, 0.0, 5.0], [1.0, 1.0, 1.0, 1.0]])
    able = torch.tensor([[True, True, True, False]] * 2)
    right = torch.tensor([[True, False, True, False], [False] * 4])
    shares = np.exp([2.0, 1.0, 0.0]) / np.exp([2.0, 1.0, 0.0]).sum()
    assert share_loss(scores, able, right).item() == pytest.approx(-np.log(shares[0] + shares[2]), abs=1e-6)
    assert share_loss(scores, able, torch.zeros_like(right)).item() == 0


def test_the_reader_counts_as_much_as_it_weighs():
    from training.fit_ranker import Searched
    from training.transformer.measure_ranking import FUSED, SHIPPED, gain, ranks

    # By fused and by shipped score the right hit is third and second, by the reader's first.
    rows = np.array([[1.0, 0.4, 0.0], [0.8, 1.0, 0.2], [0.6, 0.9, 1.0]], dtype=np.float32)
    one = Searched(rows, np.array([False, False, True]), ("a", "b", "c"), frozenset("c"))
    assert ranks([one], FUSED, 0).tolist() == [pytest.approx(1 / 3)]
    assert ranks([one], SHIPPED, 0).tolist() == [0.5]
    assert ranks([one], FUSED, 0.25).tolist() == [0.5]
    assert ranks([one], SHIPPED, 0.25).tolist() == [1]
    assert gain(np.array([1.0, 0.0]), np.array([1.0, 0.5])) == "+25.0 [+0.0, +50.0]"


def test_of_the_reading_pools_only_what_was_kept_back_is_measured(data):
    from training.transformer.measure_ranking import kept_back
    from training.transformer.questions import READING, part_of

    found = {pool.name: pool for pool in kept_back(data)}
    assert len(found["crud_events"].asked) == 40
    for pool in found.values():
        assert pool.name not in READING or all(
            part_of(key) != "learn" for one in pool.asked for key in one.documents
        )


def test_documents_are_for_one_thing_only():
    from training.transformer.questions import part_of

    parts = [part_of(f"d{number}") for number in range(2000)]
    assert {part: round(parts.count(part) / 2000, 1) for part in set(parts)} == {
        "learn": 0.8,
        "fit": 0.1,
        "test": 0.1,
    }
