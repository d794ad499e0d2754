"""RecBole 1.2.1 on one of our data folders, for the benches that measure against it.

RecBole's last release is older than NumPy 2, PyTorch 2.6 and pandas 3. The shims below restore the removed names, the old
default of torch.load and the row-by-row meaning of `agg`. They change nothing else.
"""

import gzip
import importlib.util
import os
import tempfile

import numpy as np
import pandas as pd
import torch

# It is imported only after the shims, inside the measurement. A missing package must be found before.
if importlib.util.find_spec("recbole") is None:
    raise ModuleNotFoundError("No module named 'recbole'")

for name, kind in {
    "bool": bool, "int": int, "float": float, "object": object, "str": str, "complex": complex, "bool8": np.bool_,
    "float_": np.float64, "complex_": np.complex128, "unicode_": np.str_, "long": np.int64,
}.items():
    if not hasattr(np, name):
        setattr(np, name, kind)
load = torch.load
torch.load = lambda *args, **options: load(*args, **{**options, "weights_only": False})
agg = pd.Series.agg
pd.Series.agg = lambda self, func, *args, **options: self.map(func) if func is len else agg(self, func, *args, **options)


def sasrec(data, epochs, threads, seed):
    """SASRec with full softmax and leave-one-out. Returns trainer, training, validation and test data."""
    work = workspace(threads)
    with gzip.open(os.path.join(data, "interactions.tsv.gz"), "rt") as source, open("set/set.inter", "w") as target:
        next(source)
        target.write("user_id:token\titem_id:token\ttimestamp:float\n")
        for line in source:
            user, item, _, at = line.rstrip("\n").split("\t")[:4]
            target.write(f"{user}\t{item}\t{at}\n")
    return prepared(work, epochs, seed, load_col={"inter": ["user_id", "item_id", "timestamp"]})


def sasrec_on_split(split, epochs, threads, seed):
    """The same on an existing split: train.inter, valid.inter and test.inter in the folder `split`. Every line has a user,
    the history and the target."""
    work = workspace(threads)
    for name in ("train", "valid", "test"):
        os.symlink(os.path.join(split, f"{name}.inter"), f"set/set.{name}.inter")
    return prepared(
        work,
        epochs,
        seed,
        load_col={"inter": ["user_id", "item_id_list", "item_id"]},
        alias_of_item_id=["item_id_list"],
        benchmark_filename=["train", "valid", "test"],
    )


def workspace(threads):
    torch.set_num_threads(threads)
    work = tempfile.mkdtemp(prefix="lorekeep-recbole-")
    os.chdir(work)
    os.makedirs("set")
    return work


def prepared(work, epochs, seed, **columns):
    from recbole.config import Config
    from recbole.data import create_dataset, data_preparation
    from recbole.utils import get_model, get_trainer, init_logger, init_seed

    config = Config(
        model="SASRec",
        dataset="set",
        config_dict={
            "data_path": work, "USER_ID_FIELD": "user_id", "ITEM_ID_FIELD": "item_id", "TIME_FIELD": "timestamp",
            **columns, "MAX_ITEM_LIST_LENGTH": 20,
            "train_neg_sample_args": None, "metrics": ["Recall", "NDCG", "MRR"], "topk": [10], "valid_metric": "NDCG@10",
            "eval_args": {"split": {"LS": "valid_and_test"}, "order": "TO", "group_by": "user", "mode": "full"},
            "epochs": epochs, "stopping_step": 5, "train_batch_size": 2048, "eval_batch_size": 2048,
            "learning_rate": 0.001, "hidden_size": 128, "inner_size": 512, "n_layers": 2, "n_heads": 2,
            "hidden_dropout_prob": 0.5, "attn_dropout_prob": 0.5, "show_progress": False, "use_gpu": False,
            "checkpoint_dir": os.path.join(work, "checkpoints"), "seed": seed, "metric_decimal_place": 6,
        },
    )
    init_seed(config["seed"], config["reproducibility"])
    init_logger(config)
    dataset = create_dataset(config)
    train_data, valid_data, test_data = data_preparation(config, dataset)
    init_seed(config["seed"], config["reproducibility"])
    model = get_model(config["model"])(config, train_data.dataset)
    trainer = get_trainer(config["MODEL_TYPE"], config["model"])(config, model)
    return trainer, train_data, valid_data, test_data
