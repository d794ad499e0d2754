"""RecBole's full-ranking evaluation of an untrained SASRec: the peer of the bench `evaluate`."""

import time

from peer import serve
from recbole_common import sasrec

state = {}


def setup(data, threads, seed):
    trainer, _, _, test_data = sasrec(data, 1, threads, seed)
    state.update(trainer=trainer, test_data=test_data)
    return {"users": len(test_data.dataset)}


def evaluate():
    start = time.perf_counter()
    state["trainer"].evaluate(state["test_data"], load_best_model=False, show_progress=False)
    return {"milliseconds": (time.perf_counter() - start) * 1000}


serve({"setup": setup, "evaluate": evaluate})
