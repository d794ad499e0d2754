"""RecBole's SASRec with full softmax, trained to its best validation NDCG@10: the peer of `benchmarks/src/train.ts`."""

import time

from peer import serve
from recbole_common import sasrec


def train(data, epochs, threads, seed):
    """Best validation NDCG@10 with the seconds it took to get there (each epoch's validation included), and its test."""
    start = time.perf_counter()
    trainer, train_data, valid_data, test_data = sasrec(data, epochs, threads, seed)
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


serve({"train": train})
