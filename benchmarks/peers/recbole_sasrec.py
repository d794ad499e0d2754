"""RecBole's SASRec with full softmax, trained to its best validation NDCG@10: the peer of the benches `train` and `quality`."""

import time

from peer import serve
from recbole_common import sasrec, sasrec_on_split


def train(data, epochs, threads, seed):
    """Best validation NDCG@10, the seconds until it was reached (each epoch's validation included), and test metrics."""
    start = time.perf_counter()
    return fitted(start, sasrec(data, epochs, threads, seed))


def train_on_split(split, epochs, threads, seed):
    """The same on an existing split."""
    start = time.perf_counter()
    return fitted(start, sasrec_on_split(split, epochs, threads, seed))


def fitted(start, parts):
    trainer, train_data, valid_data, test_data = parts
    history = []
    trainer.fit(
        train_data,
        valid_data,
        saved=True,
        callback_fn=lambda epoch, score: history.append((time.perf_counter() - start, score)),
    )
    seconds, best = max(history, key=lambda entry: entry[1])
    result = trainer.evaluate(test_data, load_best_model=True, show_progress=False)
    return {
        "epochs": len(history),
        "best_valid_ndcg": float(best),
        "seconds_to_best": seconds,
        "test_recall": float(result["recall@10"]),
        "test_ndcg": float(result["ndcg@10"]),
    }


serve({"train": train, "train_on_split": train_on_split})
