"""A tiny peer for the tests: exact vectors and a plain BM25 over character pairs, fused by reciprocal ranks.

The environment variable FAKE_PEER makes it go wrong: `dies`, `raves`, `sleeps`, `loses` a passage, `forgets` a field.
"""

import json
import math
import os
import sys
import time
from collections import Counter

import numpy as np

from bench.peers.material import passages
from rag.embedding import builtin

LIBRARIES = ("numpy",)
LAPSE = os.environ.get("FAKE_PEER")


def pairs(text):
    return [text[place : place + 2] for place in range(len(text) - 1)]


def build(folder, store):
    if LAPSE == "dies":
        sys.exit("out of luck")
    said = {"raves": "no record\nat all\n", "forgets": '{"chunks": 3}\n'}
    if LAPSE in said:
        sys.stdout.write(said[LAPSE])
        sys.stdout.flush()
        os._exit(0)
    if LAPSE == "sleeps":
        time.sleep(60)
    rows = passages(folder)
    np.save(store / "vectors.npy", builtin().encode_passages([row.text for row in rows]))
    bags = [Counter(pairs(row.text)) for row in rows]
    (store / "bags.json").write_text(json.dumps(bags), encoding="utf-8")
    return len(rows) - (LAPSE == "loses")


class Opened:
    def __init__(self, store):
        self.vectors = np.load(store / "vectors.npy")
        self.bags = json.loads((store / "bags.json").read_text(encoding="utf-8"))
        self.mean = sum(sum(bag.values()) for bag in self.bags) / len(self.bags)
        self.holders = Counter(pair for bag in self.bags for pair in bag)

    def score(self, query, bag):
        total = 0.0
        for pair in set(pairs(query)) & bag.keys():
            weight = math.log(1 + (len(self.bags) - self.holders[pair] + 0.5) / (self.holders[pair] + 0.5))
            length = 0.25 + 0.75 * sum(bag.values()) / self.mean
            total += weight * bag[pair] * 2.2 / (bag[pair] + 1.2 * length)
        return total

    def lexical(self, query):
        scores = [self.score(query, bag) for bag in self.bags]
        return sorted((n for n, score in enumerate(scores) if score), key=lambda n: -scores[n])

    def nearest(self, query, k):
        return np.argsort(-(self.vectors @ builtin().encode_queries([query])[0]))[:k].tolist()

    def search(self, query, k):
        scores = Counter()
        for ranked in (self.lexical(query), self.nearest(query, len(self.bags))):
            for rank, number in enumerate(ranked):
                scores[number] += 1 / (60 + rank)
        return [number for number, _ in scores.most_common(k)]


def opened(folder, store):
    return Opened(store)
