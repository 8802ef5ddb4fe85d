"""Sentences made false, or said otherwise, by rule: what the grounding metric is measured on."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.altering import figures, names, restating, splices, wording
from eval.altering.pairs import PASSAGES, Text, draw_pairs, full_marks
from eval.altering.rules import ALTERATIONS, RESTATEMENTS
from eval.altering.sentence import Given
from eval.altering.texts import drawn_from
from rag.errors import UsageError

TEXT = (
    "2023年5月3日，甲省省长周大川在北京表示，今年投资增长12%，总额达到8000亿元。\n"
    "乙市市长钱小江强调，部分农村地区可以提高补助，不得拖欠。红旗厂改造了三条生产线，产量提高一成。\n"
    "会议强调，要进一步支持工业、农业、林业、渔业等行业发展，推动就业。丰收村建成了新桥，村民出行方便了。"
)


def made(rule, sentence, seed=0, **more):
    return rule(Given(sentence=sentence, **more), random.Random(seed))


@pytest.mark.parametrize(
    ("rule", "sentence", "expected"),
    [
        (figures.unit_converted, "投资达到8000亿元。", {"投资达到0.8万亿元。"}),
        (figures.unit_converted, "全长4.35公里。", {"全长4350米。"}),
        (figures.unit_converted, "“全长4.35公里”工程开工。", {None}),
        (figures.numeral_script, "共有12家企业。", {"共有十二家企业。"}),
        (figures.numeral_script, "增长5.2%。", {"增长百分之五点二。"}),
        (figures.bound, "超过500个。", {"逾500个。", "500个以上。", "500多个。"}),
        (figures.bound, "不超过500个。", {None}),
        (figures.date_script, "2020年9月3日开工。", {"2020-09-03开工。"}),
        (figures.document_number, "（财税〔2016〕36号）", {f"（财税〔{n}〕36号）" for n in (2017, 2018, 2019)} | {f"（财税〔2016〕{n}号）" for n in (37, 38, 39)}),
        (wording.negation_dropped, "各地不得拖欠。", {"各地可以拖欠。"}),
        (wording.modality, "企业可以申请。", {"企业必须申请。"}),
        (wording.modality, "“企业可以申请”是通知的原话。", {None}),
        (wording.scope, "部分地区下雨。", {"全部地区下雨。"}),
        (wording.direction, "进出口贸易稳定。", {None}),
        (restating.without_lead, "会议强调，要抓好各项工作落实。", {"要抓好各项工作落实。"}),
        (restating.without_adverb, "要进一步支持就业。", {"要支持就业。"}),
        (restating.without_adverb, "可持续发展能力提高。", {None}),
        (restating.list_reordered, "支持工业、农业、林业、渔业。", {"支持工业、林业、农业、渔业。"}),
        (restating.parts_reordered, "东部地区下雨；西部地区下雪。", {None}),
        (restating.speaker_first, "“这是一件大好事，大家都很高兴。”老张师傅说。", {"老张师傅表示，这是一件大好事，大家都很高兴。"}),
        (names.roles, "甲方称美国向乌克兰提供援助。", {"甲方称乌克兰向美国提供援助。"}),
        (splices.subject, "浙江改造了三条生产线。", None),
    ],
)  # fmt: skip
def test_rules_worked_by_hand(rule, sentence, expected):
    if expected is None:
        assert rule(sentence) == "浙江"
    else:
        assert {made(rule, sentence, seed) for seed in range(40)} == expected


def test_the_year_of_the_piece_is_put_in_only_where_the_day_is_its_own():
    assert made(figures.date_script, "会议5月3日召开。", date="2023-05-03") == "会议2023年5月3日召开。"
    assert made(figures.date_script, "会议5月4日召开。", date="2023-05-03") is None


def test_a_speaker_is_replaced_by_another_of_the_document():
    around = ("乙市市长钱小江强调，要抓好落实。", "会议强调，要抓好落实。")
    assert made(names.speaker, "甲省省长周大川表示，要抓好改革。", around=around) == (
        "乙市市长钱小江表示，要抓好改革。"
    )


@given(st.integers(0, 500))
def test_a_pair_is_another_sentence_beside_the_passage_of_the_true_one(seed):
    for pair in draw_pairs([Text(id="a", text=TEXT), Text(id="b", text=TEXT)], 2, seed, of_sentence=3):
        assert pair.sentence != pair.true
        assert full_marks(pair.true) in full_marks(pair.passages[0])
        assert 1 <= len(pair.passages) <= PASSAGES
        assert pair.kind in (RESTATEMENTS if pair.faithful else ALTERATIONS)
        assert pair.faithful or pair.sentence not in full_marks(TEXT)


def test_the_same_seed_draws_the_same_pairs_and_no_more_than_asked():
    texts = [Text(id=str(i), text=TEXT) for i in range(4)]
    once, again = (draw_pairs(texts, 3, 1, of_text=5) for _ in range(2))
    assert once == again
    assert max(sum(pair.document == text.id for pair in once) for text in texts) <= 5
    assert max(sum(pair.kind == kind for pair in once) for kind in {pair.kind for pair in once}) <= 3


def test_a_folder_without_policy_texts_is_refused(tmp_path):
    with pytest.raises(UsageError, match="没有这些集中的任何一个"):
        drawn_from(tmp_path)
