"""The table of external sets: what each is, how it is put to the program, and what others report on it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from eval.dataset import Question
from eval.external import reading, rgb, searching
from eval.external.data import Data
from eval.external.searching import Pool

Mode = Literal["retriever", "reader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One way to put a set to the program: its adapter, and the published metrics that it is known by."""

    load: Callable[[Data], Pool]
    metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A figure that others report: of which metric, over the questions of which type (all where empty)."""

    metric: str
    type: str = ""
    who: str
    value: float
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """One external set. Of its tasks the first is meant where no mode is given."""

    about: str
    tasks: Mapping[Mode, Task]
    figures: tuple[Figure, ...] = ()


def _searched(load: Callable[[Data], Pool]) -> dict[Mode, Task]:
    return {"retriever": Task(load=load, metrics=("recall@50", "success@1", "success@10", "success@50"))}


def _read(load: Callable[[Data], Iterable[Question]], *metrics: str) -> dict[Mode, Task]:
    return {"reader": Task(load=lambda data: Pool(questions=tuple(load(data))), metrics=metrics)}


_RGB = "RGB（Chen 等，AAAI 2024）中文，原先的 300 题；这里是订正后（refine）的一部分"
_DUREADER = "DuReader 2.0 仓库的 README，整个测试集；这里是示例数据"

EXTERNAL: Mapping[str, External] = {
    "crud_questions": External(
        about="新闻事件的短问题",
        tasks=_searched(searching.crud_questions) | _read(reading.crud_questions, "quest_f1", "quest_recall"),
    ),
    "crud_events": External(about="一两句话的新闻事件，找出报道", tasks=_searched(searching.crud_events)),
    "ncp_policy_qa": External(
        about="疫情政务问答",
        tasks=_searched(searching.ncp_policy_qa) | _read(reading.ncp_policy_qa, "rouge_l"),
    ),
    "dureader2_demo": External(
        about="网上的真实提问",
        tasks=_searched(searching.dureader2_demo) | _read(reading.dureader2_demo, "rouge_l"),
        figures=(
            Figure(metric="rouge_l", who="PaddlePaddle 基线", value=0.4590, where=_DUREADER),
            Figure(metric="rouge_l", who="更新后的基线", value=0.5466, where=_DUREADER),
        ),
    ),
    "lecoqa_statutes": External(about="百姓的法律问题，找出法条", tasks=_searched(searching.lecoqa_statutes)),
    "govqa": External(about="网民留言的标题，找出答复", tasks=_searched(searching.govqa)),
    "xwlb": External(about="新闻联播的标题，找出正文", tasks=_searched(searching.xwlb)),
    "squad2_zh": External(
        about="SQuAD 2.0 的中译，一半以上的题没有答案",
        tasks=_read(reading.squad2_zh, "exact_match", "span_f1") | _searched(searching.squad2_zh),
    ),
    "rgb_zh": External(
        about="RGB：段落夹杂讯、要合看几处、全是杂讯、段落有错",
        tasks=_read(rgb.questions, "rgb_accuracy", "rgb_rejection", "rgb_detection", "rgb_correction"),
        figures=(
            *(
                Figure(metric="rgb_accuracy", type=f"noise {rate:g}", who="ChatGPT", value=value, where=_RGB)
                for rate, value in zip(rgb.RATES, (0.9567, 0.9467, 0.91, 0.8767, 0.7067), strict=True)
            ),
            Figure(
                metric="rgb_rejection",
                type="noise 1",
                who="ChatGPT（Rej*，由模型判）",
                value=0.4333,
                where=_RGB,
            ),
        ),
    ),
}
