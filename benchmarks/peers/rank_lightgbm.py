"""LightGBM on counts for the bench `rank`: gradient-boosted trees, trained anew at each window on all earlier windows.

The number of trees is chosen on the last training window with the others as training data; then a model with that
number is trained on all of them. A model has one outcome.
"""

import time

import lightgbm
import numpy as np
from peer import serve
from rank_common import Log, gauc, gauc_of, groups_of, save_scores, summary
from rank_counts import features

state = {}
MOST_TREES = 600
PATIENCE = 40


def prepared(input, half_life):
    if state.get("key") != (input, half_life):
        log = Log(input)
        start = time.perf_counter()
        x, names, categorical = features(log, half_life)
        state.update(key=(input, half_life), log=log, x=x, names=names, categorical=categorical)
        state["seconds"] = time.perf_counter() - start
    return state["log"]


def predicted(
    input, windows, threads, halfLife=4.0, learningRate=0.05, leaves=31, leastRows=100, columns=0.5, l2=10.0, stopping="gauc",
    firstWindow=1, seed=1,
):
    """Scores [rows, outcomes] for the first `windows` windows, and seconds and rates.

    `firstWindow` 1 leaves the rows of window 0 out as soon as there are others, because nothing is counted before it.
    `stopping` is the measure that chooses the number of trees: `gauc` or `loss`.
    """
    log = prepared(input, halfLife)
    parameters = {
        "objective": "binary", "learning_rate": learningRate, "num_leaves": leaves, "min_data_in_leaf": leastRows,
        "feature_fraction": columns, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": l2, "cat_smooth": 20,
        "num_threads": threads, "seed": seed, "verbosity": -1, "deterministic": True, "force_row_wise": True,
        "metric": "binary_logloss" if stopping == "loss" else "None",
    }
    scores = np.full((log.count, len(log.outcomes)), np.nan, np.float32)
    seconds = {"train": state["seconds"], "score": 0.0}
    trained = scored = 0
    for window in range(1, windows):
        earlier = np.flatnonzero(log.train & (log.windows < window))
        fit, valid = parts(log, earlier, window, firstWindow)
        scoring = log.scored(window)
        for outcome in range(len(log.outcomes)):
            start = time.perf_counter()
            whole = np.concatenate([fit, valid])
            trees = chosen_trees(log, outcome, fit, valid, parameters, stopping)
            model = lightgbm.train(parameters, dataset(whole, outcome), trees)
            seconds["train"] += time.perf_counter() - start
            start = time.perf_counter()
            scores[scoring, outcome] = model.predict(state["x"][scoring], num_threads=threads)
            seconds["score"] += time.perf_counter() - start
            print(f"window {window}, {log.outcomes[outcome]}: {trees} trees on {len(whole)} rows")
        trained += len(earlier)
        scored += len(scoring)
    return scores, summary(seconds, trained, scored)


def parts(log, earlier, window, first_window):
    """Training rows in two: before the last window, and the last window. A single window is split by its days."""
    earlier = earlier[log.windows[earlier] >= min(first_window, window - 1)]
    last = log.windows[earlier] == window - 1
    if last.all():
        last = log.days[earlier] == log.days[earlier].max()
    return earlier[~last], earlier[last]


def dataset(rows, outcome, reference=None):
    return lightgbm.Dataset(
        state["x"][rows], state["log"].labels[rows, outcome], feature_name=[plain(name) for name in state["names"]],
        categorical_feature=[plain(name) for name in state["categorical"]], reference=reference,
    )


def plain(name):
    """LightGBM refuses some characters in names."""
    return name.replace(":", "").replace("×", "x").replace(" ", "_")


def chosen_trees(log, outcome, fit, valid, parameters, stopping):
    groups = groups_of(log)[valid]

    def grouped(scores, data):
        return "gauc", gauc(scores, data.get_label(), groups), True

    training = dataset(fit, outcome)
    model = lightgbm.train(
        parameters, training, MOST_TREES, valid_sets=[dataset(valid, outcome, training)],
        feval=grouped if stopping == "gauc" else None, callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )
    return max(model.best_iteration, 10)


def run(output, **settings):
    """The whole protocol. Writes the scores (probabilities) and returns seconds and rates."""
    log = prepared(settings["input"], settings.get("halfLife", 4.0))
    scores, result = predicted(windows=log.window_count, **settings)
    save_scores(output, scores)
    return result


def quality(windows, surface=None, **settings):
    """GAUC by outcome over the given windows, without writing scores, for the choice of settings."""
    scores, _ = predicted(windows=max(windows) + 1, **settings)
    return gauc_of(state["log"], scores, windows, surface)


serve({"run": run, "quality": quality})
