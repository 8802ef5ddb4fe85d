"""The page: tables of what was measured, in Chinese, with what it was measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bench.reporting.curves import Plot

Row = Mapping[str, Any]

_MB = 2**20
_STAGES = {"build": "建索引", "serve": "打开和查询"}
_PEER_HEAD = (
    "系统",
    "建，段/秒",
    "建，内存 MB",
    "磁盘 MB",
    "打开并答第一问，秒",
    "查，内存 MB",
    "1 线程，毫秒 中位 / 95%",
    "{threads} 线程，毫秒 中位 / 95%",
    "{threads} 线程，问/秒",
    "召回@{k}",
    "向量召回@{k}",
)
_SCALE_HEAD = (
    "段落数",
    "建，秒",
    "建，段/秒",
    "建，最大的进程 MB",
    "磁盘 MB",
    "查，内存 MB 自有 / 映射",
    "1 线程，毫秒 中位 / 95%",
    "8 线程，毫秒 中位 / 95%",
    "向量召回@10",
    "加 1000 篇，秒",
    "减 1000 篇，秒",
)
NOTES = """\
- **同样的材料**：段落是引据按默认设置切的片段（连同标题、小标题），逐段交给各系统；向量都由引据随附的嵌入模型算。问题是 crud_questions 的短问（新闻事件），所求是答案所在的文章；不够的段落用别的文章补足。
- **每一格一个新进程**：先建索引、存盘、退出；再另起一个进程打开、查询。“建”从读段落到存好，含嵌入，不含导入库；内存是进程（连同它起的进程）驻留内存的最大值，映射进来的索引文件也算。
- **查**：{questions} 题逐题问，另 {questions} 题由 {threads} 个线程同时问，逐题计时。一轮超过 {asking} 秒就不再问下一题；一步超过 {limit} 秒就停。
- **召回@{k}**：前 {k} 段里有所求文章的比例，混合检索；**向量召回@{k}**：只用向量时，与逐一比对所得的前 {k} 段相比。
- **引据**的查询除两路检索外，还补错字、归并转载、给前 40 条重新排序；索引里除段落外，还有全文、结构和核查引文用的三字索引。别的系统没有这些，也就没有花这些时间和地方。
- **LangChain**：FAISS（精确）、BM25Retriever（rank_bm25）、EnsembleRetriever；BM25Retriever 没有存盘的办法，按通常做法 pickle。**LlamaIndex**：VectorStoreIndex（FAISS，精确）、BM25Retriever（bm25s）、QueryFusionRetriever（倒数排名）。**txtai**：hybrid，FAISS（超过 5000 段为 IVF，近似）、自带的 BM25、正文在 SQLite；它的查询不能几个线程同时做（会崩溃），照它自己的服务那样加锁。**Haystack**：InMemoryDocumentStore、两个检索器、DocumentJoiner（倒数排名）；它的 BM25 打开时要重新切词。四者都不切中文，一律先用 jieba 切好；LangChain、LlamaIndex、Haystack 的两路各取 {depth} 段再融合，与引据相同，txtai 按它自己的规矩取 {deeper} 段。"""


def page(peers: Mapping[str, Any] | None, scale: Sequence[Row] | None, plots: Sequence[Plot]) -> str:
    """Return the page as Markdown, with a section for each record that there is."""
    parts = ["# 测量结果", "由 `python -m bench results` 从 `bench/results/` 里的记录写成；请不要手改。"]
    if peers is not None:
        parts += _peers(peers)
    if scale is not None:
        parts += [
            "## 一台机器上，语料越来越大",
            "引据自己，`python -m bench scale`。",
            _table(_SCALE_HEAD, map(_scale_cells, scale)),
        ]
    if plots:
        parts.append("## 语料变大时")
        if scale is not None:
            parts.append("引据的一线取自上面的规模测量，语料和问题与并列时不同。")
        parts += [f"![{plot.title}](results/{plot.name}.svg)" for plot in plots]
    return "\n\n".join(parts) + "\n"


def _peers(record: Mapping[str, Any]) -> Iterator[str]:
    told = {name: record[name] for name in ("threads", "k")}
    yield "## 与别的做法并列"
    yield _machine(record["machine"], record["rows"])
    for chunks in dict.fromkeys(row["chunks"] for row in record["rows"]):
        rows = [row for row in record["rows"] if row["chunks"] == chunks]
        yield f"### {chunks:,} 段"
        asked = 2 * record["questions"]
        yield _table([name.format(**told) for name in _PEER_HEAD], (_peer_cells(row, asked) for row in rows))
    yield "### 怎样量的"
    yield NOTES.format(
        **told,
        questions=record["questions"],
        asking=f"{record['asking_s']:.0f}",
        limit=f"{record['limit_s']:.0f}",
        depth=record["depth"],
        deeper=10 * record["k"],
    )
    yield "### 版本"
    yield "\n".join(_versions(record["rows"]))


def _machine(machine: Mapping[str, Any], rows: Sequence[Row]) -> str:
    loads = [row["load"] for row in rows]
    return (
        f"{machine['date']}，{machine['cpu']}，{machine['cores']} 核，内存 {machine['memory_bytes'] / 2**30:.0f} GiB，"
        f"{machine['system']}，程序版本 {machine['commit'] or '未知'}；"
        f"开始量每一格时，机器此前一分钟的平均负载是 {min(loads):.1f} 到 {max(loads):.1f}。"
    )


def _peer_cells(row: Row, asked: int) -> list[str]:
    """Return the cells of a row; one that was not measured says why in its second."""
    if row["status"] != "measured":
        stage, seconds = _STAGES[row["stage"]], f"{row['seconds']:.0f} 秒"
        why = "过久，未量" if row["status"] == "too_long" else f"没有量成：{row['reason']}"
        cells = [row["system"], f"{why}（{stage}，{seconds}）"]
        return [*cells, *[""] * (len(_PEER_HEAD) - len(cells))]
    few = f"（{row['asked']} 题）" if row["asked"] < asked else ""
    return [
        row["system"],
        f"{row['chunks'] / row['build_s']:,.0f}",
        _megabytes(row["build_peak_bytes"]),
        _megabytes(row["index_bytes"]),
        f"{row['opening_s']:.1f}",
        _megabytes(row["serve_peak_bytes"]),
        _milliseconds(row["alone"]["median_ms"], row["alone"]["p95_ms"]),
        _milliseconds(row["together"]["median_ms"], row["together"]["p95_ms"]),
        f"{row['together']['per_second']:.1f}",
        f"{row['recall']:.3f}{few}",
        f"{row['dense_recall']:.3f}",
    ]


def _scale_cells(row: Row) -> list[str]:
    memory = row["memory"]
    return [
        f"{row['chunks']:,}",
        f"{row['build_seconds']:,.0f}",
        f"{row['chunks'] / row['build_seconds']:,.0f}",
        _megabytes(row["build_peak_bytes"]),
        _megabytes(sum(row["parts"].values())),
        f"{_megabytes(memory['anonymous'])} / {_megabytes(memory['mapped'])}",
        _milliseconds(row["search_ms"], row["search_p95_ms"]),
        _milliseconds(row["search_8_ms"], row["search_8_p95_ms"]),
        f"{row['recall']:.3f}",
        f"{row['add_seconds']:.1f}",
        f"{row['remove_seconds']:.1f}",
    ]


def _megabytes(size: float) -> str:
    return f"{size / _MB:,.1f}" if size < 10 * _MB else f"{size / _MB:,.0f}"


def _milliseconds(median: float, p95: float) -> str:
    return f"{median:,.1f} / {p95:,.1f}"


def _versions(rows: Sequence[Row]) -> Iterator[str]:
    """Yield what each system was, once."""
    for row in {row["system"]: row for row in rows if row["status"] == "measured"}.values():
        libraries = "、".join(f"{name} {version}" for name, version in row["libraries"].items())
        yield f"- {row['system']}：Python {row['python']}、{libraries}"


def _table(head: Sequence[str], rows: Iterator[Sequence[str]]) -> str:
    """Return a Markdown table, the first column to the left and the others to the right."""
    aligned = ["---", *["---:"] * (len(head) - 1)]
    cells = (head, aligned, *rows)
    return "\n".join(f"| {' | '.join(cell.replace('|', '｜') for cell in row)} |" for row in cells)
