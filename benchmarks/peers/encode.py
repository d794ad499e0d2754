"""sentence-transformers (PyTorch, fp32) for `benchmarks/src/encode.ts`, as its documentation uses it: `model.encode`
with its default batch size, which sorts the texts by length itself."""

import base64
import time

import numpy as np
import torch
from peer import serve
from sentence_transformers import SentenceTransformer

state = {}


def setup(model, texts, threads):
    torch.set_num_threads(threads)
    state["model"] = SentenceTransformer(model, device="cpu")
    state["texts"] = texts
    return {"max_length": state["model"].max_seq_length}


def encode(count, vectors=False):
    start = time.perf_counter()
    result = state["model"].encode(state["texts"][:count], batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    milliseconds = (time.perf_counter() - start) * 1000
    encoded = base64.b64encode(np.ascontiguousarray(result, dtype="<f4").tobytes()).decode() if vectors else ""
    return {"milliseconds": milliseconds, "vectors": encoded}


serve({"setup": setup, "encode": encode})
