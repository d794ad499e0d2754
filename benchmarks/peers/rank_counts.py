"""Counts of an impression log as features, frozen at the start of each row's window, for `rank_lightgbm.py`.

A feature of a row is computed from training rows of earlier windows, and from the histories, which end before the window
as well. That holds for rows that are trained on too: their own outcome is in none of their features.
"""

import numpy as np

# Weight of the mean rate in a smoothed rate, in rows.
PRIOR = 10.0


def features(log, half_life):
    """All rows: [rows, features] float32, the names, and the names of the categorical ones."""
    columns, categorical = {}, []
    keys = keys_of(log)
    for name in keys:
        add_counts(columns, log, name, keys[name], half_life)
    add_first_seen(columns, log)
    add_history(columns, log)
    add_history_popularity(columns, log)
    columns["surface"] = log.surfaces
    for at, name in enumerate(log.item_names):
        values = log.item_fields[log.items, at]
        if values.max() < 256:
            columns[name] = values
            categorical.append(name)
    categorical.append("surface")
    return np.stack([np.asarray(c, np.float32) for c in columns.values()], 1), list(columns), categorical


def keys_of(log):
    """Name → one key a row."""
    fields = {"item": log.items, **{n: log.item_fields[log.items, at] for at, n in enumerate(log.item_names)}}
    keys = {"user": log.users, "surface": log.surfaces, "user × surface": crossed(log.users, log.surfaces)}
    for name, values in fields.items():
        keys[name] = values
        keys[f"user × {name}"] = crossed(log.users, values)
        keys[f"{name} × surface"] = crossed(values, log.surfaces)
    return {name: np.unique(key, return_inverse=True)[1] for name, key in keys.items()}


def crossed(a, b):
    return (a.astype(np.int64) + 1) * (int(b.max()) + 2) + b + 1


def add_counts(columns, log, name, key, half_life):
    """Number of impressions and smoothed rates of the outcomes, plain and decayed, of a key before the window."""
    size = int(key.max()) + 1
    outcomes = log.labels.shape[1]
    names = [f"{name}: {kind}" for kind in ("count", "decayed count")]
    names += [f"{name}: {kind} {outcome}" for outcome in log.outcomes for kind in ("rate", "decayed rate")]
    values = np.zeros((len(names), log.count), np.float32)
    for window in range(log.window_count):
        rows = np.flatnonzero(log.windows == window)
        past = np.flatnonzero(log.train & (log.windows < window))
        start = log.days[rows].min() if len(rows) > 0 else 0
        weight = 0.5 ** ((start - log.days[past]) / half_life)
        for at, w in enumerate((np.ones(len(past)), weight)):
            count = np.bincount(key[past], w, size)
            values[at, rows] = count[key[rows]]
            for outcome in range(outcomes):
                y = log.labels[past, outcome] * w
                mean = y.sum() / max(w.sum(), 1e-9)
                rate = (np.bincount(key[past], y, size) + PRIOR * mean) / (count + PRIOR)
                values[2 + 2 * outcome + at, rows] = rate[key[rows]]
    columns.update(zip(names, values))


def add_first_seen(columns, log):
    """Days from the first impression of an item before the window to the row; missing for an item without any."""
    age = np.full(log.count, np.nan)
    for window in range(log.window_count):
        rows = np.flatnonzero(log.windows == window)
        past = log.train & (log.windows < window)
        first = np.full(len(log.item_fields), np.inf)
        np.minimum.at(first, log.items[past], log.times[past])
        age[rows] = (log.times[rows] - first[log.items[rows]]) / 86400
    columns["days since the first impression"] = np.where(np.isfinite(age), age, np.nan)


def add_history(columns, log):
    """The row's history: its length, its outcomes, and the events that share the item or a field with the row's item."""
    known = log.history_items >= 0
    length = known.sum(1)
    bits = [(log.history_outcomes >> outcome & 1).astype(bool) & known for outcome in range(len(log.outcomes))]
    columns["history: length"] = length
    columns["history: age of the newest"] = np.where(length > 0, log.history_ages[:, 0], np.nan)
    for name, bit in zip(log.outcomes, bits):
        columns[f"history: share of {name}"] = bit.sum(1) / np.maximum(length, 1)
    tables = {"item": np.arange(len(log.item_fields)), **{n: log.item_fields[:, at] for at, n in enumerate(log.item_names)}}
    for name, table in tables.items():
        same = (table[log.history_items] == table[log.items][:, None]) & known
        count = same.sum(1)
        columns[f"history: same {name}"] = count
        columns[f"history: place of the newest same {name}"] = np.where(count > 0, same.argmax(1), np.nan)
        for outcome, bit in zip(log.outcomes, bits):
            rate = (bit.sum(1) + 1) / (length + 2)
            columns[f"history: {outcome} of same {name}"] = ((same & bit).sum(1) + rate) / (count + 1)


def add_history_popularity(columns, log):
    """How often an item stands in the histories of the window's users, and with which outcomes."""
    outcomes = range(len(log.outcomes))
    count = np.zeros(log.count)
    rates = np.zeros((len(log.outcomes), log.count))
    size = len(log.item_fields)
    for window in range(log.window_count):
        rows = np.flatnonzero(log.windows == window)
        one = rows[np.unique(log.users[rows], return_index=True)[1]]
        known = log.history_items[one] >= 0
        items = log.history_items[one][known]
        n = np.bincount(items, minlength=size)
        count[rows] = n[log.items[rows]]
        for outcome in outcomes:
            y = log.history_outcomes[one][known] >> outcome & 1
            rate = (np.bincount(items, y, size) + PRIOR * y.mean() if len(y) > 0 else np.zeros(size)) / (n + PRIOR)
            rates[outcome, rows] = rate[log.items[rows]]
    columns["in histories: count"] = count
    for outcome in outcomes:
        columns[f"in histories: {log.outcomes[outcome]}"] = rates[outcome]
