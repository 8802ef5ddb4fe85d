"""Who may import whom, and what the command line does not load."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

# From the ground up: a module may import those of lower rows, and of its own row where that row says so.
ROWS = [
    ({"datatypes", "errors"}, False),
    ({"text", "tokens", "pretrained", "terminal"}, False),
    ({"words", "numerals", "reading", "embedding"}, False),
    (
        {
            "informativeness",
            "chunking",
            "structure",
            "lexical",
            "linking",
            "rows",
            "stores",
            "trigrams",
            "verification",
        },
        False,
    ),
    ({"document_store"}, False),
    ({"cues", "document_writer", "manifest", "aliases", "spelling"}, False),
    ({"question"}, False),
    ({"thesaurus"}, False),
    ({"expansion"}, False),
    (
        {
            "preparing",
            "workers",
            "generation",
            "indexing",
            "ranking",
            "retrieval",
            "near_duplicates",
            "claims",
            "attribution",
            "causes",
            "substitution",
            "polarity",
            "overstatement",
            "contradiction",
            "grounding",
            "quoting",
            "quotes",
            "manuscript",
        },
        True,
    ),
    (
        {
            "answering",
            "marking",
            "render",
            "proof",
            "records",
            "passages",
            "export",
            "kept",
            "feedback",
            "library",
        },
        True,
    ),
    ({"config", "metering", "cluster"}, False),
    ({"assistant", "doctor", "retriever", "settings_file"}, False),
    ({"chain", "calls"}, False),
    ({"mcp_server"}, False),
    ({"arguments", "__main__", "web"}, True),
]
# Options live beside the stage that uses them, and `config` composes them: the page's are its own.
EXCEPTIONS = {("config", "web.options")}
RANK = {name: rank for rank, (names, _) in enumerate(ROWS) for name in names}
HEAVY = [
    "torch",
    "sentence_transformers",
    "transformers",
    "langchain",
    "langchain_core",
    "langchain_openai",
    "gradio",
    "lxml",
    "pypdfium2",
    "PIL",
    "rapidocr_onnxruntime",
    "ray",
    "psycopg",
    "pymilvus",
]


def imports(path):
    """Return the names of the modules that a file imports, and of those the ones imported as it is loaded."""
    every, eager = set(), set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    late = {
        id(inner)
        for outer in ast.walk(tree)
        if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(outer, ast.If) and "TYPE_CHECKING" in ast.unparse(outer.test))
        for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            base = node.module or ""
            names = [f"{base}.{alias.name}" if base == "rag" else base for alias in node.names]
        every.update(names)
        if id(node) not in late:
            eager.update(names)
    return every, eager


SOURCES = sorted((ROOT / "rag").rglob("*.py"))


def module(path):
    name = ".".join(path.relative_to(ROOT / "rag").with_suffix("").parts)
    return name.removesuffix(".__init__")


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p.parent.name != "rag" or p.stem != "__init__"], ids=module
)
def test_imports_point_one_way(path):
    importer = module(path)
    unit = importer.partition(".")[0]
    assert unit in RANK, f"{unit} has no row in the table: say where it belongs"
    every, _ = imports(path)
    for name in sorted(name.removeprefix("rag.") for name in every if name.startswith("rag.")):
        imported = name.partition(".")[0]
        if imported == unit or (importer, name) in EXCEPTIONS:
            continue
        allowed = RANK[imported] < RANK[unit] or (RANK[imported] == RANK[unit] and ROWS[RANK[unit]][1])
        assert allowed, f"rag.{importer} must not import rag.{name}"
    outside = {
        name for name in every if name.partition(".")[0] in ("eval", "tests", "training", "bench", "app")
    }
    assert outside == set()


def test_modules_do_not_import_each_other_in_a_ring():
    graph = {
        module(path): {name.removeprefix("rag.") for name in imports(path)[1] if name.startswith("rag.")}
        for path in SOURCES
    }
    finished: set[str] = set()

    def visit(name, above):
        assert name not in above, f"a ring: {' → '.join([*above, name])}"
        if name not in finished:
            for imported in graph.get(name, ()):
                visit(imported, (*above, name))
            finished.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("path", SOURCES, ids=module)
def test_heavy_libraries_are_imported_where_they_are_used(path):
    owners = {
        "gradio": {"web"},
        "langchain_core": {"chain", "retriever"},
        "lxml": {"reading"},
        "pypdfium2": {"reading"},
        "PIL": {"reading"},
        "psycopg": {"stores"},
        "pymilvus": {"stores"},
    }
    _, eager = imports(path)
    found = {name.partition(".")[0] for name in eager} & set(HEAVY)
    assert {name for name in found if module(path).partition(".")[0] not in owners.get(name, ())} == set()


# What every module of the evaluation may see of the program, and what one of them needs besides.
SEEN = {"rag.datatypes", "rag.errors", "rag.text"}
SEEN_BESIDES = {
    "altering.figures": {"rag.numerals"},
    "altering.names": {"rag.aliases"},
    "cli": {"rag.answering.endpoint"},
    "grounding": {"rag.grounding"},
    "judge": {"rag.answering.endpoint", "rag.answering.writing"},
    "matching": {"rag.indexing", "rag.reading"},
    "metrics.answers": {"rag.grounding", "rag.tokens"},
    "metrics.citations": {"rag.verification"},
    "metrics.support": {"rag.grounding"},
    "own.drafting": {"rag.indexing", "rag.reading", "rag.structure"},
    "own.drafting.choice": {"rag.informativeness", "rag.words"},
    "own.drafting.figures": {"rag.numerals"},
    "own.drafting.lists": {"rag.numerals"},
    "own.drafting.rated": {"rag.numerals", "rag.question"},
    "own.feedback": {"rag.feedback", "rag.records"},
    "own.questions": {"rag.records"},
    "own.tables": {"rag.reading"},
    "program": {"rag.assistant", "rag.config"},
    "report.cases": {"rag.render"},
    "runner": {"rag.records"},
    "structure": {"rag.structure"},
    "structure_run": {"rag.reading", "rag.structure"},
}
EVALUATION = {
    ".".join(path.relative_to(ROOT / "eval").with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "eval").rglob("*.py"))
}


@pytest.mark.parametrize("name", EVALUATION)
def test_the_evaluation_sees_the_assistant_from_outside(name):
    used = {name for name in imports(EVALUATION[name])[0] if name.startswith("rag")}
    assert used <= SEEN | SEEN_BESIDES.get(name, set())


# What the benches see of the program besides: they measure its parts, so this says which.
BENCHED = {
    "crashes.command": {"rag.assistant", "rag.chunking", "rag.embedding", "rag.indexing"},
    "crashes.killing": {"rag.chunking", "rag.embedding", "rag.indexing", "rag.retrieval"},
    "page.command": {"rag.assistant", "rag.config"},
    "peers.corpus": {"rag.chunking", "rag.structure"},
    "peers.measuring": {"rag.embedding"},
    "peers.systems.common": {"rag.embedding"},
    "peers.systems.llamaindex": {"rag.embedding"},
    "peers.systems.yinju": {"rag.assistant", "rag.config"},
    "quotes.asking": {"rag.manifest", "rag.quotes", "rag.trigrams"},
    "quotes.corpus": {
        "rag.document_store",
        "rag.embedding",
        "rag.generation",
        "rag.lexical",
        "rag.manifest",
        "rag.preparing",
        "rag.quoting.layout",
        "rag.rows",
        "rag.stores",
        "rag.structure",
        "rag.trigrams",
    },
    "retrieval.asking": {"rag.assistant", "rag.words"},
    "retrieval.baseline": {"rag.words"},
    "retrieval.command": {"rag.config"},
    "retrieval.overlap": {"rag.informativeness", "rag.words"},
    "retrieval.speed": {"rag.embedding"},
    "scale.asking": {"rag.assistant", "rag.config", "rag.expansion", "rag.retrieval", "rag.stores"},
    "scale.corpus": {"rag.chunking", "rag.structure"},
    "stores.asking": {"rag.assistant"},
    "stores.command": {"rag.embedding", "rag.stores.milvus_server"},
    "stores.dense": {"rag.chunking", "rag.embedding", "rag.stores", "rag.structure"},
    "stores.lexical": {"rag.words"},
}
BENCHES = {
    ".".join(path.relative_to(ROOT / "bench").with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "bench").rglob("*.py"))
}


@pytest.mark.parametrize("name", BENCHES)
def test_a_bench_sees_the_parts_that_it_measures(name):
    used = {name for name in imports(BENCHES[name])[0] if name.startswith("rag")}
    assert used <= SEEN | BENCHED.get(name, set())


@pytest.mark.parametrize("name", EVALUATION)
def test_the_evaluation_knows_nothing_of_the_benches(name):
    assert not [used for used in imports(EVALUATION[name])[0] if used.partition(".")[0] == "bench"]


def loaded(code):
    """Return the modules that are loaded after running `code` in a fresh interpreter."""
    report = "import json, sys; sys.stderr.write(json.dumps(sorted(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return json.loads(done.stderr.splitlines()[-1]), done.stdout


def test_importing_the_package_loads_nothing():
    modules, _ = loaded("import rag")
    assert [name for name in modules if name.startswith("rag")] == ["rag"]
    assert not set(modules) & {*HEAVY, "numpy", "faiss", "tantivy", "typer"}


def asked(command, index):
    """Return the modules that a command loads over the five documents, and what it prints."""
    code = f"""
import sys
sys.argv = ["rag", *{command!r}, "--json", "--index", {str(index)!r}]
from rag.__main__ import main
assert main() == 0"""
    return loaded(code)


def test_asking_loads_no_heavy_library(tmp_path):
    modules, printed = asked(["ask", "技术合同成交金额"], tmp_path / "index")
    assert not json.loads(printed)["refused"]
    assert not {name.partition(".")[0] for name in modules} & set(HEAVY)


# What takes a noticeable time to import, and what a command does without over an index that is up to date.
SLOW = {"asyncio", "multiprocessing", "numpy.ma", "pydantic", "rich", "tiktoken", "typer"}
READING = {"rag.generation", "rag.preparing", "rag.structure.articles", "rag.structure.lines", "rag.workers"}
CHECKING = {"rag.manuscript", "rag.quotes"}
WRITING = {"rag.answering.followup", "rag.answering.generative", "rag.grounding"}


def test_a_command_over_an_index_loads_what_it_needs_and_no_more(tmp_path):
    index = tmp_path / "index"
    asked(["index"], index)
    for command, unneeded in (
        (["ask", "十五五时期的主要目标是什么"], READING | CHECKING | WRITING | {"rag.claims"}),
        (["search", "十五五时期的主要目标"], READING | CHECKING | WRITING | {"rag.claims"}),
        (["cite", "目前，我国“三新”经济增加值占GDP的比重已超过18%"], READING | WRITING),
    ):
        modules, printed = asked(command, index)
        assert json.loads(printed)
        assert set(modules) & (SLOW | unneeded) == set(), command[0]
