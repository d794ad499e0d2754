"""Feast's Redis online store for the bench `knowledge-centre`: the same blocks as features, the same queries.

One feature view for each kind of entry, one array feature for each block. Feast gets the entries that the queries name;
their values are random, because only the time of reading is compared. The product of the two factors is left out here.
"""

import json
import os
import time
from datetime import datetime, timezone

import numpy as np
import pandas as pd
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig
from feast.infra.online_stores.redis import RedisOnlineStoreConfig
from feast.protos.feast.types.EntityKey_pb2 import EntityKey
from feast.protos.feast.types.Value_pb2 import FloatList, Value
from feast.types import Array, Float32
from feast.value_type import ValueType
from peer import serve

WRITTEN_TOGETHER = 2_000


def setup(nodes, directory, queries, blocks):
    global store, batches, features
    config = RepoConfig(
        project="knowledge",
        registry=os.path.join(directory, "registry.db"),
        provider="local",
        entity_key_serialization_version=3,
        online_store=RedisOnlineStoreConfig(redis_type="redis_cluster", connection_string=nodes, skip_dedup=True),
    )
    store = FeatureStore(config=config)
    path = os.path.join(directory, "unused.parquet")
    now = datetime.now(timezone.utc)
    pd.DataFrame({"user": ["u"], "item": ["i"], "category": ["c"], "event_timestamp": [now]}).to_parquet(path)
    entities = {name: Entity(name=name, join_keys=[name], value_type=ValueType.STRING) for name in ("user", "item", "category")}
    keys = {"user": ["user"], "item": ["item"], "userCategory": ["user", "category"]}
    views = {
        kind: FeatureView(
            name=kind,
            entities=[entities[name] for name in keys[kind]],
            schema=[Field(name=block["name"], dtype=Array(Float32)) for block in blocks[kind]],
            source=FileSource(name=f"source_{kind}", path=path, timestamp_field="event_timestamp"),
            online=True,
        )
        for kind in keys
    }
    store.apply([*entities.values(), *views.values()])
    features = [f"{kind}:{block['name']}" for kind in keys for block in blocks[kind]]

    with open(queries) as file:
        batches = json.load(file)
    wanted = {
        "user": {(user,) for batch in batches for user in batch["users"]},
        "item": {(item,) for batch in batches for item in batch["items"]},
        "userCategory": {pair for batch in batches for pair in zip(batch["users"], batch["categories"])},
    }
    started = time.perf_counter()
    random = np.random.default_rng(1)
    provider = store._get_provider()
    for kind, ids in wanted.items():
        # The store sorts join keys; an entity key must have the same order.
        names = sorted(keys[kind])
        order = [keys[kind].index(name) for name in names]
        rows = []
        for at, key in enumerate(sorted(ids)):
            entity = EntityKey(join_keys=names, entity_values=[Value(string_val=key[place]) for place in order])
            values = {
                block["name"]: Value(float_list_val=FloatList(val=random.random(block["dim"], dtype=np.float32)))
                for block in blocks[kind]
            }
            rows.append((entity, values, now, now))
            if len(rows) == WRITTEN_TOGETHER or at == len(ids) - 1:
                provider.online_write_batch(store.config, views[kind], rows, None)
                rows = []
    return {"entries": sum(len(ids) for ids in wanted.values()), "seconds": time.perf_counter() - started}


def read(batch):
    """Reads a batch as Feast's documentation does: get_online_features(...).to_dict()."""
    query = batches[batch]
    entity_rows = {"user": query["users"], "item": query["items"], "category": query["categories"]}
    started = time.perf_counter()
    answer = store.get_online_features(features=features, entity_rows=entity_rows)
    got = time.perf_counter()
    values = answer.to_dict()
    seconds = time.perf_counter() - started
    missing = sum(value is None for feature in features for value in values[feature.split(":")[1]])
    return {"seconds": seconds, "without_dict_seconds": got - started, "missing": missing}


serve({"setup": setup, "read": read})
