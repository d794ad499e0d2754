"""sentence-transformers for the bench `encode`, used as in its documentation: `model.encode` with its default batch size.
It sorts the texts by length itself. The backend is `torch`, or its own `onnx`, whose model it exports once."""

import base64
import json
import os
import time
from pathlib import Path

import numpy as np
from peer import serve
from sentence_transformers import SentenceTransformer

state = {}


def setup(model, threads, backend="torch", export=None):
    if backend == "torch":
        import torch

        torch.set_num_threads(threads)
        state["model"] = SentenceTransformer(model, device="cpu")
    else:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        settings = {"provider": "CPUExecutionProvider", "session_options": options}
        if not (Path(export) / "onnx" / "model.onnx").exists():
            # Exporting writes beside the weights, so the cache folder of the product is not used for it.
            exported = SentenceTransformer(model, backend="onnx", device="cpu", model_kwargs={**settings, "export": True})
            exported.save_pretrained(export + ".part")
            os.replace(export + ".part", export)
            # For the peers that read only tokenizer_config.json: the length at which sentence-transformers truncates.
            path = Path(export) / "tokenizer_config.json"
            config = json.loads(path.read_text())
            path.write_text(json.dumps({**config, "model_max_length": exported.max_seq_length}))
        settings["file_name"] = "onnx/model.onnx"
        state["model"] = SentenceTransformer(export, backend="onnx", device="cpu", model_kwargs=settings)
    return {"max_length": state["model"].max_seq_length}


def texts(texts):
    """Sets the texts to encode. Returns their number of tokens after truncation, special tokens included."""
    state["texts"] = texts
    model = state["model"]
    ids = model.tokenizer(texts, truncation=True, max_length=model.max_seq_length)["input_ids"]
    return {"tokens": sum(len(row) for row in ids)}


def encode(vectors=False):
    start = time.perf_counter()
    result = state["model"].encode(state["texts"], batch_size=32, normalize_embeddings=True, show_progress_bar=False)
    milliseconds = (time.perf_counter() - start) * 1000
    encoded = base64.b64encode(np.ascontiguousarray(result, dtype="<f4").tobytes()).decode() if vectors else ""
    return {"milliseconds": milliseconds, "vectors": encoded}


def single(count):
    """Milliseconds of each of the first texts, encoded one by one."""
    times = []
    for text in state["texts"][:count]:
        start = time.perf_counter()
        state["model"].encode(text, normalize_embeddings=True, show_progress_bar=False)
        times.append((time.perf_counter() - start) * 1000)
    return {"milliseconds": times}


serve({"setup": setup, "texts": texts, "encode": encode, "single": single})
