"""Lexical search by the servers: PostgreSQL's text search over our terms, Milvus's BM25 over its words and ours."""

from __future__ import annotations

from collections.abc import Sequence

import psycopg
from pymilvus import DataType, Function, FunctionType, MilvusClient

from rag.datatypes import Chunk
from rag.words import terms

RANKINGS = {"ts_rank 0": 0, "ts_rank 1": 1, "ts_rank 2": 2}
"""What PostgreSQL's score is divided by: nothing, 1 + log of the length, the length.

Its other function, `ts_rank_cd`, looks for what stands close together: of 142 questions (ncp_policy_qa) it found 73 %
at once, `ts_rank` 87 %, and it takes seconds for a question of a whole sentence.
"""
_POSITION_LIMIT, _POSITIONS_LIMIT = 16_383, 255
_MILVUS_BYTES = 65_535
_MILVUS_ROWS = 1_000

Found = list[tuple[int, float]]


def _text(chunk: Chunk) -> str:
    return f"{chunk.context} {chunk.text}"


class TsVector:
    """Chunks as `tsvector` of our terms with their positions, under a GIN index."""

    def __init__(self, url: str, chunks: Sequence[Chunk]) -> None:
        self._connection = psycopg.connect(url, autocommit=True)
        self._connection.execute("DROP TABLE IF EXISTS lexical")
        self._connection.execute("CREATE TABLE lexical (id bigint PRIMARY KEY, body tsvector)")
        with self._connection.cursor().copy("COPY lexical (id, body) FROM STDIN") as copy:
            for chunk in chunks:
                copy.write_row((chunk.id, _tsvector(terms(_text(chunk)))))
        self._connection.execute("CREATE INDEX ON lexical USING gin (body)")
        self._connection.execute("VACUUM ANALYZE lexical")

    def search(self, query: str, k: int, ranking: str) -> Found:
        """Return up to `k` (chunk id, score), best first, of the chunks that have any term of the query."""
        wanted = " | ".join(dict.fromkeys(f"'{term}'" for term in terms(query)))
        if not wanted:
            return []
        return self._connection.execute(
            "SELECT id, ts_rank(body, query, %s) AS score FROM lexical, CAST(%s AS tsquery) AS query"
            " WHERE body @@ query ORDER BY score DESC, id LIMIT %s",
            (RANKINGS[ranking], wanted, k),
        ).fetchall()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def _tsvector(found: Sequence[str]) -> str:
    """Return terms in PostgreSQL's notation; it keeps so many positions of a term, up to a last one."""
    places: dict[str, list[str]] = {}
    for position, term in enumerate(found, start=1):
        places.setdefault(term, []).append(str(min(position, _POSITION_LIMIT)))
    return " ".join(f"'{term}':{','.join(at[:_POSITIONS_LIMIT])}" for term, at in places.items())


class MilvusText:
    """Chunks in a collection with Milvus's BM25 (k1 1.2, b 0.75), cut by its jieba or into our terms."""

    def __init__(self, client: MilvusClient, chunks: Sequence[Chunk], *, ours: bool) -> None:
        self._client, self._ours = client, ours
        self._name = "ours" if ours else "jieba"
        client.drop_collection(self._name)
        schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
        schema.add_field("id", DataType.INT64, is_primary=True)
        schema.add_field(
            "body",
            DataType.VARCHAR,
            max_length=_MILVUS_BYTES,
            enable_analyzer=True,
            analyzer_params={"tokenizer": "standard" if ours else "jieba"},
        )
        schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
        bm25 = Function(
            name="bm25",
            input_field_names=["body"],
            output_field_names=["sparse"],
            function_type=FunctionType.BM25,
        )
        schema.add_function(bm25)
        indexes = client.prepare_index_params()
        constants = {"bm25_k1": 1.2, "bm25_b": 0.75}
        indexes.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25", params=constants)
        client.create_collection(self._name, schema=schema, index_params=indexes)
        for start in range(0, len(chunks), _MILVUS_ROWS):
            part = chunks[start : start + _MILVUS_ROWS]
            client.insert(self._name, [{"id": chunk.id, "body": self._cut(_text(chunk))} for chunk in part])
        client.flush(self._name)

    def _cut(self, text: str) -> str:
        cut = " ".join(terms(text)) if self._ours else text
        return cut.encode()[:_MILVUS_BYTES].decode(errors="ignore")

    def search(self, query: str, k: int) -> Found:
        """Return up to `k` (chunk id, score), best first."""
        cut = self._cut(query)
        if not cut.strip():
            return []
        (found,) = self._client.search(self._name, data=[cut], anns_field="sparse", limit=k)
        return [(hit["id"], hit["distance"]) for hit in found]
