"""The contract of the vector stores, held to by each: values against all cosines in numpy, generation by generation."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Event

import faiss
import numpy as np
import psycopg
import pytest

from bench.stores.serving import ROOT, milvus, postgresql
from rag.errors import StoreError, UsageError
from rag.stores import STORES, Place, backend
from rag.stores.postgresql_server import told as postgresql_told

DIMENSION = 32
CLUSTERED = "faiss, clustered"
"""FAISS as it keeps many vectors, with all clusters looked at so that the search is exact."""
TOLERANCE = {"faiss": 1e-6, CLUSTERED: 5e-4, "postgresql": 5e-4, "milvus": 1e-6}
"""How far a similarity may be from that in double precision: PostgreSQL keeps halves, and clusters do."""
SERVERS = [name for name in STORES if name != "faiss"]
NUMBERS = count()


@pytest.fixture(scope="module")
def postgresql_server():
    with postgresql() as server:
        yield server


@pytest.fixture(scope="module")
def milvus_server():
    with milvus() as server:
        yield server


def server_of(request, kind):
    return request.getfixturevalue(f"{kind}_server")


@dataclass(frozen=True)
class Index:
    """An index of the tests' own, with the rows of each generation that it should hold."""

    kind: str
    url: str
    folder: Path
    name: str = field(default_factory=lambda: f"test_{next(NUMBERS)}")

    def place(self, generation):
        folder = self.folder / self.name / f"g{generation}"
        folder.mkdir(parents=True, exist_ok=True)
        return Place(url=self.url, name=self.name, dimension=DIMENSION, generation=generation, folder=folder)

    def begin(self, generation, previous=None):
        return backend(self.url).write(self.place(generation), previous and self.place(previous))

    def write(self, generation, previous=None, removed=(), added=None):
        """Write a generation at one go."""
        writer = self.begin(generation, previous)
        writer.remove(list(removed))
        added = added or {}
        writer.add(list(added), np.array(list(added.values()), np.float32).reshape(-1, DIMENSION))
        writer.commit()

    def read(self, generation):
        return backend(self.url).read(self.place(generation))

    def retire(self, generation):
        backend(self.url).retire(self.place(generation))

    def check(self, store, rows, k=10, allowed=None):
        """Compare what a store finds with all cosines, in double precision."""
        assert store.count() == len(rows)
        query = vectors(len(rows) + k, 1)[0]
        cosines = {i: float(row.astype(np.float64) @ query.astype(np.float64)) for i, row in rows.items()}
        if allowed is not None:
            cosines = {i: cosine for i, cosine in cosines.items() if i in allowed}
        given = None if allowed is None else np.array(sorted(allowed), np.int64)
        found = store.search(query, k, given)
        scores = [score for _, score in found]
        near = TOLERANCE[self.kind]
        assert len({i for i, _ in found}) == len(found)
        assert scores == sorted(scores, reverse=True)
        assert scores == pytest.approx([cosines[i] for i, _ in found], abs=near)
        assert scores == pytest.approx(sorted(cosines.values(), reverse=True)[:k], abs=near)


@pytest.fixture(params=[*STORES, CLUSTERED])
def index(request, tmp_path, monkeypatch):
    if request.param == CLUSTERED:
        monkeypatch.setattr("rag.stores.local.EXACT", 20)  # there are never fewer vectors than clusters
        monkeypatch.setattr("rag.stores.local.PROBED", 1000)
    url = server_of(request, request.param).url if request.param in SERVERS else "faiss"
    return Index(request.param, url, tmp_path)


def vectors(seed, number):
    found = np.random.default_rng(seed).normal(size=(number, DIMENSION)).astype(np.float32)
    return found / np.linalg.norm(found, axis=1, keepdims=True)


def rows(seed, ids):
    ids = list(ids)
    return dict(zip(ids, vectors(seed, len(ids)), strict=True))


def test_similarities_are_those_of_all_pairs(index):
    held = rows(1, [*range(400), 3_000_000]) | {400: np.zeros(DIMENSION, np.float32)}
    index.write(1, added=held)
    store = index.read(1)
    for k in (1, 10, 150, 1000):
        index.check(store, held, k)
    index.check(store, held, allowed={3, 5, 8, 200, 400, 3_000_000})
    index.check(store, held, allowed={*range(0, 400, 3), 401, 999})  # the last two have no vector
    index.check(store, held, 300, allowed=set(range(200)))
    index.check(store, held, allowed={401})
    index.check(store, held, allowed=set())


def test_an_empty_index_finds_nothing(index):
    index.write(1)
    index.check(index.read(1), {})
    index.check(index.read(1), {}, allowed={1, 2})
    index.write(2, 1, added=rows(2, range(3)))
    index.write(3, 2, removed=range(3))
    index.check(index.read(3), {})


def test_each_generation_keeps_its_vectors_while_others_are_written(index):
    chance = np.random.default_rng(3)
    held = {1: rows(4, range(120))}
    index.write(1, added=held[1])
    readers = {1: index.read(1)}
    for generation in range(2, 6):
        before = held[generation - 1]
        removed = chance.choice(sorted(before), 30, replace=False).tolist()
        # Ten that are removed come back with other vectors, and twenty are new.
        added = rows(generation + 10, [*removed[:10], *range(generation * 1000, generation * 1000 + 20)])
        held[generation] = {i: row for i, row in before.items() if i not in removed} | added
        writer = index.begin(generation, generation - 1)
        writer.remove(removed)
        index.check(readers[generation - 1], before)
        writer.add(list(added), np.stack(list(added.values())))
        index.check(readers[generation - 1], before)
        writer.commit()
        readers[generation] = index.read(generation)
        for number, store in readers.items():
            index.check(store, held[number], 200)
    index.retire(5)
    index.check(readers[5], held[5], 200)
    index.check(index.read(5), held[5], allowed=set(range(60)))


def test_what_is_added_and_removed_in_one_generation_is_not_there(index):
    held = rows(20, range(10))
    index.write(1, added=held)
    writer = index.begin(2, 1)
    first, second = rows(21, [3, 50, 51]), rows(22, [3, 51])
    writer.remove([3])
    writer.add(list(first), np.stack(list(first.values())))
    writer.remove([3, 50, 51])
    writer.add(list(second), np.stack(list(second.values())))
    writer.commit()
    index.check(index.read(2), held | second)
    index.check(index.read(1), held)


def test_a_writer_that_never_commits_leaves_nothing(index):
    held = rows(30, range(40))
    index.write(1, added=held)
    writer = index.begin(2, 1)
    writer.remove(range(20))
    writer.add([100], vectors(31, 1))
    del writer
    index.check(index.read(1), held)
    index.write(2, 1, added=rows(32, [101]))
    index.check(index.read(2), held | rows(32, [101]))
    index.check(index.read(1), held)


def test_a_generation_that_was_committed_and_never_put_in_force_is_written_anew(index):
    held = rows(40, range(40))
    index.write(1, added=held)
    index.write(2, 1, removed=range(20), added=rows(41, range(100, 110)))
    index.write(2, 1, removed=[39], added=rows(42, [7000]))
    expected = {i: row for i, row in held.items() if i != 39} | rows(42, [7000])
    index.check(index.read(2), expected)
    index.write(3, None, added=rows(43, range(5)))  # a rebuild that is not put in force either
    index.write(4, 2, removed=[0])
    index.check(index.read(4), {i: row for i, row in expected.items() if i != 0})
    index.retire(4)
    index.check(index.read(4), {i: row for i, row in expected.items() if i != 0})


KILLED = """
import sys
from pathlib import Path
import numpy as np
from rag.stores import Place, backend
url, name, dimension, *folders = sys.argv[1:]
old, new = (
    Place(url=url, name=name, dimension=int(dimension), generation=number, folder=Path(folder))
    for number, folder in enumerate(folders, start=1)
)
writer = backend(url).write(new, old)
writer.remove(range(20))
writer.add(range(100, 120), np.ones((20, int(dimension)), np.float32))
print("written", flush=True)
sys.stdin.read()
"""


def test_a_writer_that_is_killed_leaves_nothing(index):
    held = rows(50, range(40))
    index.write(1, added=held)
    folders = [str(index.place(number).folder) for number in (1, 2)]
    arguments = [index.url, index.name, str(DIMENSION), *folders]
    with subprocess.Popen(
        [sys.executable, "-c", KILLED, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        assert process.stdout.readline() == "written\n"
        process.kill()
    index.check(index.read(1), held)
    index.write(2, 1, removed=[5])
    index.check(index.read(2), {i: row for i, row in held.items() if i != 5})


def test_a_rebuild_begins_with_nothing(index):
    old, new = rows(60, range(80)), rows(61, range(40, 100))
    index.write(1, added=old)
    index.write(2, 1, removed=[0])
    reader = index.read(2)
    index.write(3, None, added=new)
    index.check(reader, {i: row for i, row in old.items() if i != 0})
    index.retire(3)
    index.check(index.read(3), new)
    index.write(4, 3, removed=[40])
    index.retire(4)
    index.check(index.read(4), {i: row for i, row in new.items() if i != 40})


def test_indexes_do_not_see_each_other(index):
    other = Index(index.kind, index.url, index.folder, name=f"{index.name}_1")
    index.write(1, added=rows(70, range(10)))
    other.write(1, added=rows(71, range(5, 20)))
    index.write(2, None, added=rows(72, range(3)))
    index.retire(2)
    index.check(index.read(2), rows(72, range(3)))
    other.check(other.read(1), rows(71, range(5, 20)))


def test_what_was_never_written_cannot_be_read(index):
    with pytest.raises(RuntimeError):
        index.read(1)


READING = """
import sys
from pathlib import Path
import numpy as np
from rag.stores import Place, backend
url, name, dimension, folder = sys.argv[1:]
place = Place(url=url, name=name, dimension=int(dimension), generation=1, folder=Path(folder))
store = backend(url).read(place)
query = np.ones(int(dimension), np.float32) / np.sqrt(np.float32(dimension))
first = store.search(query, 10)
print("reading", flush=True)
for _ in range(30):
    found = store.search(query, 10)
    assert [i for i, _ in found] == [i for i, _ in first]
    assert np.allclose([score for _, score in found], [score for _, score in first], rtol=0, atol=1e-6)
print(*(i for i, _ in first))
"""


def test_threads_and_processes_read_while_one_writes(index):
    held = rows(80, range(200))
    index.write(1, added=held)
    store = index.read(1)
    place = index.place(1)
    written = Event()

    def search_on():
        searches = 0
        while searches < 20 or not written.is_set():
            index.check(store, held, 10 + searches % 7)
            searches += 1
        return searches

    command = [sys.executable, "-c", READING, place.url, place.name, str(DIMENSION), str(place.folder)]
    with (
        ThreadPoolExecutor(4) as threads,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process,
    ):
        searching = [threads.submit(search_on) for _ in range(4)]
        try:
            assert process.stdout.readline() == "reading\n"
            index.write(2, 1, removed=range(0, 200, 2), added=rows(81, range(300, 400)))
        finally:
            written.set()
        assert min(search.result() for search in searching) >= 20
        found = [int(i) for i in process.stdout.readline().split()]
    sums = {i: row.astype(np.float64).sum() for i, row in held.items()}
    assert found == sorted(sums, key=sums.get, reverse=True)[:10]
    assert process.returncode == 0


# --- FAISS in clusters


def clustered(tmp_path, monkeypatch):
    monkeypatch.setattr("rag.stores.local.EXACT", 500)
    return Index(CLUSTERED, "faiss", tmp_path)


def clusters(index, generation):
    read = faiss.read_index(str(index.place(generation).folder / "vectors.faiss"))
    return getattr(read, "nlist", 0)


def test_clusters_are_found_when_vectors_are_many_and_anew_when_they_are_many_more(tmp_path, monkeypatch):
    index = clustered(tmp_path, monkeypatch)
    monkeypatch.setattr("rag.stores.local.PROBED", 1000)
    held = rows(100, range(400))
    index.write(1, added=held)
    more = rows(101, range(1000, 1300))
    index.write(2, 1, removed=range(50), added=more)
    held = {i: row for i, row in held.items() if i >= 50} | more
    many = rows(102, range(2000, 4500))
    index.write(3, 2, removed=[1000], added=many)
    assert [clusters(index, n) for n in (1, 2, 3)] == [0, 4 * 25, 4 * 56]  # the roots of 650 and of 3149
    index.check(index.read(2), held)
    held = {i: row for i, row in held.items() if i != 1000} | many
    index.check(index.read(3), held, 50)
    index.check(index.read(3), held, allowed=set(range(0, 4500, 7)))
    index.write(4, 3, removed=list(many))  # few are left, and stay where they are
    index.check(index.read(4), {i: row for i, row in held.items() if i not in many}, 50)


def test_a_filter_has_as_many_vectors_compared_as_there_are_without_one(tmp_path, monkeypatch):
    index = clustered(tmp_path, monkeypatch)
    held = rows(110, range(4000))
    index.write(1, added=held)
    store = index.read(1)
    allowed = set(range(0, 4000, 40))
    index.check(store, held, allowed=allowed)  # of a fortieth, every cluster: exact
    queries = vectors(111, 50)
    matrix = np.stack(list(held.values()))
    nearest = np.argsort(-(queries @ matrix.T), axis=1)[:, :10]
    found = [{i for i, _ in store.search(query, 10)} for query in queries]
    recall = np.mean([len(f & set(n.tolist())) / 10 for f, n in zip(found, nearest, strict=True)])
    assert 0.7 < recall < 1.0  # vectors at random have no clusters: a part is looked at, and most is found


# --- servers


@pytest.mark.parametrize("kind", SERVERS)
def test_a_reader_outlives_a_restart_of_its_server(request, tmp_path, kind):
    server = server_of(request, kind)
    index = Index(kind, server.url, tmp_path)
    held = rows(90, range(50))
    index.write(1, added=held)
    store = index.read(1)
    index.check(store, held)
    server.restart()
    # Milvus Lite forgets by a restart what it had loaded, which Milvus does not: opening loads it.
    index.check(index.read(1) if kind == "milvus" else store, held)
    index.write(2, 1, removed=[0])
    index.check(index.read(2), {i: row for i, row in held.items() if i != 0})


@pytest.mark.parametrize("kind", SERVERS)
def test_a_reader_of_a_build_that_was_retired_is_told(request, tmp_path, kind):
    index = Index(kind, server_of(request, kind).url, tmp_path)
    index.write(1, added=rows(95, range(5)))
    store = index.read(1)
    index.write(2, None)
    index.retire(2)
    with pytest.raises(StoreError, match="这一代向量已经不在"):
        store.search(vectors(0, 1)[0], 3)
    with pytest.raises(RuntimeError):
        index.read(1)


@pytest.mark.parametrize(
    ("url", "where"),
    [
        ("postgresql://user:secret@127.0.0.1:1/db", "127.0.0.1:1/db）：那里没有 PostgreSQL 在运行"),
        (
            "postgresql://user:secret@no-such-host.invalid/db",
            "no-such-host.invalid:5432/db）：找不到这台主机",
        ),
        ("milvus://127.0.0.1:1/db?token=user:secret", "127.0.0.1:1/db）：连不上"),
        ("milvus://no-such-host.invalid?token=secret", "no-such-host.invalid:19530）：连不上"),
    ],
)
def test_a_server_that_cannot_be_reached(tmp_path, url, where):
    index = Index(url.partition(":")[0], url, tmp_path)
    for attempt in (index.begin, index.read, index.retire):
        with pytest.raises(StoreError) as told:
            attempt(1)
        assert where in str(told.value)
        assert "secret" not in str(told.value)
        assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://user:se@cret@host/db",
        "postgresql://user:se/cret@host/db",
        "postgresql://user:secret@host:port/db",
        "postgresql://user:secret@host/db?nothing=1",
        "milvus://",
        "milvus://host:port",
        "milvus://user:secret@host",
        "milvus://host?toke=secret",
        "milvus:///folder/file",
    ],
)
def test_an_address_that_is_none(tmp_path, url):
    with pytest.raises(UsageError, match="设置 store") as told:
        Index(url.partition(":")[0], url, tmp_path).read(1)
    assert "cret" not in str(told.value)


def test_a_store_that_is_not_known():
    with pytest.raises(UsageError, match="不认识 mysql；可用的有 faiss、postgresql、milvus"):
        backend("mysql://user:secret@host")


@pytest.mark.parametrize(("kind", "package"), [("postgresql", "psycopg"), ("milvus", "pymilvus")])
def test_a_store_whose_package_is_not_installed(monkeypatch, kind, package):
    for name in [name for name in sys.modules if name.startswith(f"rag.stores.{kind}")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=f"还缺 {package}；请运行 .*-r requirements-{kind}.txt"):
        backend(f"{kind}://host")


# --- PostgreSQL


@pytest.fixture
def database(postgresql_server):
    """Return a connection that may do everything."""
    with psycopg.connect(postgresql_server.url, autocommit=True) as connection:
        yield connection


def test_a_wrong_password(postgresql_server, database, tmp_path):
    rules = Path(database.execute("SHOW hba_file").fetchone()[0])
    before = rules.read_text(encoding="utf-8")
    database.execute("CREATE ROLE guarded LOGIN PASSWORD 'secret'")
    try:
        rules.write_text(f"local all guarded scram-sha-256\n{before}", encoding="utf-8")
        database.execute("SELECT pg_reload_conf()")
        url = postgresql_server.url.replace("postgres@", "guarded:hunter2@")
        with pytest.raises(StoreError, match="用户名或密码不对") as told:
            Index("postgresql", url, tmp_path).read(1)
        assert "hunter2" not in str(told.value)
        with pytest.raises(StoreError, match="没有给密码"):
            Index("postgresql", url.replace(":hunter2", ""), tmp_path).read(1)
    finally:
        rules.write_text(before, encoding="utf-8")
        database.execute("SELECT pg_reload_conf()")
        database.execute("DROP ROLE guarded")


def test_a_role_that_may_make_no_table(postgresql_server, database, tmp_path):
    database.execute("CREATE ROLE poor LOGIN")
    database.execute("CREATE DATABASE bare")
    try:
        url = postgresql_server.url.replace("postgres@/postgres", "poor@/bare")
        with pytest.raises(StoreError, match="权限不够"):
            Index("postgresql", url, tmp_path).begin(1)
        with pytest.raises(RuntimeError, match="not on the server"):
            Index("postgresql", url, tmp_path).read(1)
    finally:
        database.execute("DROP DATABASE bare")
        database.execute("DROP ROLE poor")


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("CREATE EXTENSION none_such", "没有装 pgvector"),
        ("SET statement_timeout = 1; SELECT pg_sleep(1)", "超时"),
        ("SELECT 1 / 0", "division by zero"),
    ],
)
def test_what_the_server_refuses(postgresql_server, statement, reason):
    with (
        psycopg.connect(postgresql_server.url) as connection,
        pytest.raises(StoreError, match=reason) as told,
        postgresql_told(postgresql_server.url),
    ):
        connection.execute(statement)
    assert "\n" not in str(told.value)


def test_of_two_writers_the_second_waits_in_vain(postgresql_server, tmp_path, monkeypatch):
    monkeypatch.setattr("rag.stores.postgresql._WRITING", "SET lock_timeout = '100ms'")
    index = Index("postgresql", postgresql_server.url, tmp_path)
    first = index.begin(1)
    with pytest.raises(StoreError, match="另一个进程正在写这个索引"):
        index.begin(1)
    first.commit()
    index.check(index.read(1), {})


def test_the_graph_finds_nearly_all_of_the_nearest(postgresql_server, database, tmp_path, monkeypatch):
    monkeypatch.setattr("rag.stores.postgresql.EXACT_ROWS", 300)
    chance = np.random.default_rng(100)
    centres = chance.normal(size=(40, DIMENSION))
    found = centres[chance.integers(40, size=3000)] + chance.normal(size=(3000, DIMENSION)) / 2
    found = (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)
    index = Index("postgresql", postgresql_server.url, tmp_path)
    index.write(1, added=dict(enumerate(found[:2000])))
    index.write(2, 1, removed=range(0, 2000, 10), added=dict(enumerate(found[2000:], start=2000)))
    assert database.execute("SELECT to_regclass(%s)::text", (f"yinju_{index.name}_1_hnsw",)).fetchone() != (
        None,
    )
    store = index.read(2)
    living = np.array([i for i in range(3000) if i >= 2000 or i % 10])
    filters = [None, np.arange(500, 1500), np.flatnonzero(found[:, 0] > 0.1), np.arange(0, 3000, 8)]
    for allowed in filters:
        wanted = living if allowed is None else np.intersect1d(living, allowed)
        recalled = 0
        for query in found[::50]:
            cosines = found[wanted].astype(np.float64) @ query.astype(np.float64)
            nearest = wanted[np.argsort(-cosines, kind="stable")[:10]]
            got = store.search(query, 10, allowed)
            assert [score for _, score in got] == pytest.approx(
                [float(found[i] @ query) for i, _ in got], abs=5e-4
            )
            recalled += len({i for i, _ in got} & set(nearest.tolist()))
        assert recalled / (10 * 60) >= 0.98


# --- Milvus


def test_a_file_of_milvus_lite_instead_of_a_server(tmp_path):
    held = rows(110, range(30))
    index = Index("milvus", f"milvus://{tmp_path}/vectors.db", tmp_path)
    index.write(1, added=held)
    index.write(2, 1, removed=[3])
    index.check(index.read(1), held)
    index.check(index.read(2), {i: row for i, row in held.items() if i != 3})
