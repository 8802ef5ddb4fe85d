"""A local Ray cluster of three nodes that builds an index, one of them killed midway.

`python ray_cluster.py DOCS INDEX` prints, for each file that was read, how many nodes were alive.
"""

import json
import sys
from functools import partial
from pathlib import Path

import ray
from ray.cluster_utils import Cluster

from rag.chunking import ChunkingOptions
from rag.cluster import prepared_on
from rag.embedding import builtin
from rag.indexing import FileReport, update_index

KILLED_AFTER = 5


def main(docs: Path, index: Path) -> None:
    """Build the index, and kill a node when a few files have been read."""
    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    nodes = [cluster.add_node(num_cpus=1) for _ in range(2)]
    read: list[int] = []

    def progress(step: object) -> None:
        if isinstance(step, FileReport):
            if len(read) == KILLED_AFTER:
                cluster.remove_node(nodes.pop(), allow_graceful=False)
            read.append(sum(node["Alive"] for node in ray.nodes()))

    workers = partial(prepared_on, cluster.address)
    update_index(docs, index, builtin(), ChunkingOptions(), lambda _: None, progress, workers=workers)
    sys.stdout.write(json.dumps(read))
    ray.shutdown()
    cluster.shutdown()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
