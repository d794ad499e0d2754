"""The peer of `bench serve`: the same towers as a service in Python.

FastAPI on uvicorn (uvloop, httptools) answers POST /v1/recommend with the user tower in ONNX Runtime and the item
vectors in hnswlib. Histories and tables are in memory as arrays, so it reads no database.
"""

import json
import threading
import time

import hnswlib
import numpy as np
import onnxruntime
import uvicorn
from fastapi import FastAPI, HTTPException
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from peer import serve


class Request(BaseModel):
    user: str = Field(min_length=1, max_length=256)
    k: int = Field(default=10, ge=1, le=200)


def start(folder, dim, inputDim, maxHistory, connectivity, efConstruction, ef):
    def rows(name, width):
        return np.fromfile(f"{folder}/{name}.f32", dtype=np.float32).reshape(-1, width)

    vectors, inputs = rows("vectors", dim), rows("inputs", inputDim)
    with open(f"{folder}/shop.json", encoding="utf-8") as file:
        shop = json.load(file)
    ids, histories = shop["ids"], {user: np.array(items) for user, items in shop["histories"].items()}
    index = hnswlib.Index("ip", dim)
    index.init_index(len(vectors), M=connectivity, ef_construction=efConstruction)
    index.add_items(vectors)
    index.set_ef(ef)
    index.set_num_threads(1)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    tower = onnxruntime.InferenceSession(f"{folder}/user-tower.onnx", options, providers=["CPUExecutionProvider"])
    app = FastAPI()

    @app.post("/v1/recommend")
    async def recommend(request: Request):
        history = histories.get(request.user)
        if history is None:
            raise HTTPException(404, "unknown user")
        recent = history[-maxHistory:]
        read = np.zeros((1, maxHistory, inputDim), dtype=np.float32)
        read[0, : len(recent)] = inputs[recent]
        (user,) = tower.run(["vectors"], {"inputs": read, "last": np.array([len(recent) - 1], dtype=np.int32)})
        labels, distances = index.knn_query(user, request.k + len(history), num_threads=1)
        seen = set(history.tolist())
        items = [
            {"id": ids[row], "score": 1 - distance}
            for row, distance in zip(labels[0].tolist(), distances[0].tolist())
            if row not in seen
        ]
        return JSONResponse({"source": "towers", "items": items[: request.k]})

    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False, loop="uvloop")
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    return {"port": server.servers[0].sockets[0].getsockname()[1]}


def usage():
    return {"cpuSeconds": time.process_time()}


serve({"start": start, "usage": usage})
