"""hnswlib and faiss for the bench `index`: the same vectors, graph and breadth, one thread for searching."""

import os
import time

import faiss
import hnswlib
import numpy as np

from peer import serve

indexes = {}


def setup(vectors, queries, dim, connectivity, efConstruction, ef):
    global query_rows
    rows = np.fromfile(vectors, dtype=np.float32).reshape(-1, dim)
    query_rows = np.fromfile(queries, dtype=np.float32).reshape(-1, dim)

    started = time.perf_counter()
    one = hnswlib.Index("ip", dim)
    one.init_index(len(rows), M=connectivity, ef_construction=efConstruction)
    one.add_items(rows, num_threads=os.cpu_count())
    one.set_ef(ef)
    hnswlib_s = time.perf_counter() - started

    started = time.perf_counter()
    two = faiss.IndexHNSWFlat(dim, connectivity, faiss.METRIC_INNER_PRODUCT)
    two.hnsw.efConstruction = efConstruction
    two.add(rows)
    two.hnsw.efSearch = ef
    faiss_s = time.perf_counter() - started
    faiss.omp_set_num_threads(1)

    indexes["hnswlib"] = lambda k: one.knn_query(query_rows, k, num_threads=1)[0]
    indexes["faiss"] = lambda k: two.search(query_rows, k)[1]
    return {"hnswlib_s": hnswlib_s, "faiss_s": faiss_s}


def neighbours(k):
    return {name: search(k).tolist() for name, search in indexes.items()}


def search(name, k):
    started = time.perf_counter()
    indexes[name](k)
    return {"seconds": time.perf_counter() - started}


serve({"setup": setup, "neighbours": neighbours, "search": search})
