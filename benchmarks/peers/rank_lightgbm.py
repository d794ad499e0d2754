"""LightGBM on counts for the bench `rank`: gradient-boosted trees, trained anew at each window on all earlier windows.

The number of trees is chosen on the last training window with the others as training data; then a model with that
number is trained on all of them. A model has one outcome.
"""

import time

import lightgbm
import numpy as np
from peer import serve
from rank_common import Log, gauc_of, save_scores, summary
from rank_counts import features

MOST_TREES = 600
PATIENCE = 40


def predicted(
    input, threads, windows=None, halfLife=4.0, learningRate=0.03, leaves=15, leastRows=100, columns=0.5, l2=10.0, seed=1,
):
    """The log, scores [rows, outcomes] for its first `windows` windows, default all, and seconds and rates. Counting is
    a part of the training time."""
    log = Log(input)
    start = time.perf_counter()
    x, names, categorical = features(log, halfLife)
    seconds = {"train": time.perf_counter() - start, "score": 0.0}
    names, categorical = [plain(name) for name in names], [plain(name) for name in categorical]

    def dataset(rows, outcome, reference=None):
        return lightgbm.Dataset(
            x[rows], log.labels[rows, outcome], feature_name=names, categorical_feature=categorical, reference=reference,
        )

    parameters = {
        "objective": "binary", "learning_rate": learningRate, "num_leaves": leaves, "min_data_in_leaf": leastRows,
        "feature_fraction": columns, "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": l2, "cat_smooth": 20,
        "num_threads": threads, "seed": seed, "verbosity": -1, "deterministic": True, "force_row_wise": True,
    }
    scores = np.full((log.count, len(log.outcomes)), np.nan, np.float32)
    trained = scored = 0
    for window in range(1, windows or log.window_count):
        earlier = np.flatnonzero(log.train & (log.windows < window))
        fit, valid = parts(log, earlier)
        scoring = log.scored(window)
        for outcome in range(len(log.outcomes)):
            start = time.perf_counter()
            training = dataset(fit, outcome)
            trees = chosen_trees(training, dataset(valid, outcome, training), parameters)
            model = lightgbm.train(parameters, dataset(earlier, outcome), trees)
            seconds["train"] += time.perf_counter() - start
            start = time.perf_counter()
            scores[scoring, outcome] = model.predict(x[scoring], num_threads=threads)
            seconds["score"] += time.perf_counter() - start
            print(f"window {window}, {log.outcomes[outcome]}: {trees} trees on {len(earlier)} rows")
        trained += len(earlier)
        scored += len(scoring)
    return log, scores, summary(seconds, trained, scored)


def parts(log, earlier):
    """Training rows in two: before the last window, and the last window. A single window is split in the middle of its rows."""
    last = log.windows[earlier] == log.windows[earlier].max()
    if last.all():
        last = log.times[earlier] > np.median(log.times[earlier])
    return earlier[~last], earlier[last]


def plain(name):
    """LightGBM refuses some characters in names."""
    return name.replace(":", "").replace("×", "x").replace(" ", "_")


def chosen_trees(training, validation, parameters):
    """The number of trees with the least log loss in `validation`. GAUC there chooses worse, because it is noisy."""
    stop = lightgbm.early_stopping(PATIENCE, verbose=False)
    model = lightgbm.train(parameters, training, MOST_TREES, valid_sets=[validation], callbacks=[stop])
    return max(model.best_iteration, 10)


def run(output, **settings):
    """The whole protocol. Writes the scores (probabilities) and returns seconds and rates."""
    _, scores, result = predicted(**settings)
    save_scores(output, scores)
    return result


def quality(windows, surface=None, **settings):
    """GAUC by outcome over the given windows, without writing scores, for the choice of settings."""
    log, scores, _ = predicted(windows=max(windows) + 1, **settings)
    return gauc_of(log, scores, windows, surface)


serve({"run": run, "quality": quality})
