"""L3AE in its published two-phase form (LLM-enhanced linear autoencoders, CIKM 2025): the peer of the bench `quality`.

Phase 1 is EASE on the texts: W minimises |F - F W|^2 + lambda_f |W|^2 with an empty diagonal, where a column of F is the
content vector of an item. Phase 2 is EASE on the events that is pulled towards W: B minimises
|X - X B|^2 + lambda_x |B|^2 + lambda_kd |B - W|^2 with an empty diagonal. Both have closed forms. A history is a set of items
with the value 1. The three numbers, and whether F is centred, are chosen by validation NDCG@10 in two rounds of line search.
"""

import os
import time

import numpy as np
from peer import serve

GRID = {
    "lambda_f": [0.1, 0.3, 1, 3, 10, 30, 100],
    "lambda_x": [10, 30, 100, 300, 1000, 3000],
    "lambda_kd": [1, 3, 10, 30, 100, 300, 1000, 3000],
    "centred": [False, True],
}
START = {"lambda_f": 3, "lambda_x": 100, "lambda_kd": 100, "centred": True}
ROUNDS = 2
CASES = 1024


def train(split, items, dim):
    read = lambda name, kind: np.fromfile(os.path.join(split, name), dtype=kind)
    offsets, events = read("train-offsets.u32", np.uint32), read("train-items.i32", np.int32)
    content = read("content.f32", np.float32).reshape(items, dim)
    cases = {
        name: (read(f"{name}-offsets.u32", np.uint32), read(f"{name}-items.i32", np.int32), read(f"{name}-targets.i32", np.int32))
        for name in ("valid", "test")
    }
    gram = np.zeros((items, items))
    for user in range(len(offsets) - 1):
        own = np.unique(events[offsets[user] : offsets[user + 1]])
        gram[np.ix_(own, own)] += 1
    semantic, tried = {}, {}

    def text_weights(lambda_f, centred):
        key = (lambda_f, centred)
        if key not in semantic:
            semantic.clear()
            vectors = content.astype(np.float64)
            if centred:
                known = np.any(vectors != 0, axis=1)
                vectors[known] -= vectors[known].mean(axis=0)
                vectors[known] /= np.linalg.norm(vectors[known], axis=1, keepdims=True)
            inverse = np.linalg.inv(vectors @ vectors.T + lambda_f * np.eye(items))
            weights = inverse / -np.diag(inverse)
            np.fill_diagonal(weights, 0)
            semantic[key] = weights
        return semantic[key]

    def weights_of(lambda_f, lambda_x, lambda_kd, centred):
        """P = (G + (lambda_x + lambda_kd) I)^-1; B = I - P diag(mu) - (lambda_x + lambda_kd) P + lambda_kd P W."""
        inverse = np.linalg.inv(gram + (lambda_x + lambda_kd) * np.eye(items))
        pulled = lambda_kd * (inverse @ text_weights(lambda_f, centred))
        result = pulled - inverse * ((1 + np.diag(pulled)) / np.diag(inverse))
        np.fill_diagonal(result, 0)
        return result.astype(np.float32)

    def quality(choice):
        key = tuple(choice.values())
        if key not in tried:
            tried[key] = metrics(weights_of(**choice), items, *cases["valid"])["ndcg"]
        return tried[key]

    start = time.perf_counter()
    best = dict(START)
    for _ in range(ROUNDS):
        before = dict(best)
        for name, values in GRID.items():
            for step in (1, -1):
                at = values.index(best[name]) + step
                while 0 <= at < len(values) and quality({**best, name: values[at]}) > quality(best):
                    best = {**best, name: values[at]}
                    at += step
        if best == before:
            break
    seconds = time.perf_counter() - start
    test = metrics(weights_of(**best), items, *cases["test"])
    return {
        "epochs": len(tried), "best_valid_ndcg": quality(best), "seconds_to_best": seconds, "test_recall": test["recall"],
        "test_ndcg": test["ndcg"], "removed_recall": test["removed_recall"], "removed_ndcg": test["removed_ndcg"],
        "chosen": best,
    }


def metrics(weights, items, offsets, events, targets):
    """Recall and NDCG at 10 over all items, with the items of the history in the ranking and without them."""
    ranks, removed = [], []
    for first in range(0, len(targets), CASES):
        block = range(first, min(first + CASES, len(targets)))
        history = np.zeros((len(block), items), dtype=np.float32)
        for row, case in enumerate(block):
            history[row, events[offsets[case] : offsets[case + 1]]] = 1
        scores = history @ weights
        own = targets[block.start : block.stop]
        for into in (ranks, removed):
            of_target = scores[np.arange(len(block)), own][:, None]
            ties = (scores == of_target).sum(axis=1) - 1
            into.append(1 + (scores > of_target).sum(axis=1) + np.maximum(ties, 0) / 2)
            scores = np.where(history > 0, -np.inf, scores)
        seen = history[np.arange(len(block)), own] > 0
        removed[-1][seen] = items
    at = np.concatenate(ranks), np.concatenate(removed)
    found = [rank <= 10 for rank in at]
    gains = [np.where(hit, 1 / np.log2(1 + rank), 0) for rank, hit in zip(at, found)]
    return {
        "recall": float(found[0].mean()), "ndcg": float(gains[0].mean()),
        "removed_recall": float(found[1].mean()), "removed_ndcg": float(gains[1].mean()),
    }


serve({"train": train})
