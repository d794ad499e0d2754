"""hnswlib and faiss for the bench `index`: the same vectors, graph and breadth."""

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
    def search_hnswlib(rows, k, threads):
        return one.knn_query(rows, k, num_threads=threads)[0]

    def search_faiss(rows, k, threads):
        faiss.omp_set_num_threads(threads)
        return two.search(rows, k)[1]

    indexes["hnswlib"], indexes["faiss"] = search_hnswlib, search_faiss
    return {"hnswlib_s": hnswlib_s, "faiss_s": faiss_s}


def neighbours(k):
    return {name: search(query_rows, k, 1).tolist() for name, search in indexes.items()}


def search(name, k, threads):
    """All queries in one call."""
    started = time.perf_counter()
    indexes[name](query_rows, k, threads)
    return {"seconds": time.perf_counter() - started}


def search_one_by_one(name, k):
    """One query per call, on one thread."""
    run = indexes[name]
    started = time.perf_counter()
    for at in range(len(query_rows)):
        run(query_rows[at : at + 1], k, 1)
    return {"seconds": time.perf_counter() - started}


serve({"setup": setup, "neighbours": neighbours, "search": search, "search_one_by_one": search_one_by_one})
