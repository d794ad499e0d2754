"""Impression logs of the bench `rank`: the input file, the order of the frozen-window protocol, GAUC, the output file.

The rows of a log have a window from 0. A peer scores window w with what it learned from the windows before w, and then
learns from w. Nothing of a row's own window is known when it is scored.
"""

import json
import time

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file


class Log:
    """The arrays of the input file as attributes, and its names as `outcomes`, `item_names` and `user_names`."""

    def __init__(self, path):
        with safe_open(path, framework="numpy") as file:
            metadata = file.metadata()
            arrays = {name: file.get_tensor(name) for name in file.keys()}
        self.outcomes = json.loads(metadata["outcomes"])
        self.item_names = json.loads(metadata["itemFields"])
        self.user_names = json.loads(metadata["userFields"])
        for name in ("users", "items", "surfaces", "times", "days", "windows"):
            setattr(self, name, arrays[name])
        self.labels = arrays["labels"].astype(np.uint8)
        self.train = arrays["train"] > 0
        self.score = arrays["score"] > 0
        self.history_items = arrays["historyItems"]
        self.history_outcomes = arrays["historyOutcomes"]
        self.history_ages = arrays["historyAges"]
        self.item_fields = arrays["itemFields"]
        self.user_fields = arrays["userFields"]
        self.count = len(self.users)
        self.window_count = int(self.windows.max()) + 1

    def scored(self, window):
        return np.flatnonzero(self.score & (self.windows == window))

    def trained(self, window, random):
        """The rows to train on in a window: days in order, shuffled within a day."""
        rows = np.flatnonzero(self.train & (self.windows == window))
        return rows[np.lexsort((random.random(len(rows)), self.days[rows]))]


def run_windows(log, learner, windows, batch, seed):
    """Drives the protocol.

    `learner.predict(rows)` returns [rows, outcomes]; `learner.fit(rows)` trains on one batch. The learner keeps its
    weights from window to window. Returns the scores [rows, outcomes], NaN where there is none, and seconds and rates.
    """
    random = np.random.default_rng(seed)
    scores = np.full((log.count, len(log.outcomes)), np.nan, np.float32)
    seconds = {"train": 0.0, "score": 0.0}
    trained = 0
    for window in range(windows):
        if window > 0:
            rows = log.scored(window)
            start = time.perf_counter()
            for at in range(0, len(rows), 4096):
                scores[rows[at : at + 4096]] = learner.predict(rows[at : at + 4096])
            seconds["score"] += time.perf_counter() - start
        if window == windows - 1:
            break
        rows = log.trained(window, random)
        start = time.perf_counter()
        for at in range(0, len(rows), batch):
            learner.fit(rows[at : at + batch])
        seconds["train"] += time.perf_counter() - start
        trained += len(rows)
    return scores, summary(seconds, trained, int(np.isfinite(scores).any(1).sum()))


def summary(seconds, trained, scored):
    return {
        "train_seconds": seconds["train"],
        "score_seconds": seconds["score"],
        "trained_rows": trained,
        "scored_rows": scored,
        "rows_per_s": trained / max(seconds["train"], 1e-9),
        "scored_rows_per_s": scored / max(seconds["score"], 1e-9),
    }


def save_scores(path, scores):
    save_file({"scores": np.ascontiguousarray(scores, np.float32)}, path)


def gauc_of(log, scores, windows, surface=None):
    """Outcome → impression-weighted GAUC over groups of (user, surface, window), for the choice of settings."""
    chosen = np.isin(log.windows, list(windows))
    if surface is not None:
        chosen &= log.surfaces == surface
    groups = groups_of(log)
    result = {}
    for at, name in enumerate(log.outcomes):
        rows = np.flatnonzero(chosen & np.isfinite(scores[:, at]))
        if len(rows) > 0:
            result[name] = gauc(scores[rows, at], log.labels[rows, at], groups[rows])
    return result


def groups_of(log):
    """One number a row for its user, surface and window."""
    surfaces = int(log.surfaces.max()) + 1
    return (log.users.astype(np.int64) * surfaces + log.surfaces) * log.window_count + log.windows


def gauc(scores, labels, groups):
    """Impression-weighted mean of the AUC of each group. Groups with one class are left out, equal scores count half."""
    order = np.lexsort((scores, groups))
    scores, labels, groups = scores[order], labels[order].astype(np.float64), groups[order]
    starts = np.flatnonzero(np.r_[True, groups[1:] != groups[:-1]])
    ties = np.flatnonzero(np.r_[True, (groups[1:] != groups[:-1]) | (scores[1:] != scores[:-1])])
    length = np.diff(np.r_[ties, len(scores)])
    rank = np.repeat(ties + (length - 1) / 2, length)
    size = np.diff(np.r_[starts, len(scores)])
    rank -= np.repeat(starts, size)
    positives = np.add.reduceat(labels, starts)
    negatives = size - positives
    ranks = np.add.reduceat(rank * labels, starts)
    both = (positives > 0) & (negatives > 0)
    if not both.any():
        return float("nan")
    positives, negatives = positives[both], negatives[both]
    auc = (ranks[both] - positives * (positives - 1) / 2) / (positives * negatives)
    return float(np.average(auc, weights=positives + negatives))
