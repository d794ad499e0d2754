"""FuxiCTR's DIN for the bench `rank`.

The wheel of FuxiCTR 2.3.10 ships one DIN for PyTorch: model_zoo/LongCTR/DIN. The model, its loss, its optimiser and its
`train_step` (clipping included) are FuxiCTR's. `BaseModel.fit` is not called: it runs epochs and loads the best checkpoint
of a validation set, while the protocol needs one pass that goes on from window to window. A model has one outcome.
"""

import tempfile
from collections import OrderedDict

import numpy as np
import torch
from fuxictr.features import FeatureMap
from fuxictr.pytorch.torch_utils import seed_everything
from model_zoo.LongCTR.DIN.DIN import DIN
from peer import serve
from rank_common import Log, gauc_of, run_windows, save_scores


def shifted(values):
    """Values from 1, because 0 is padding; a missing value (negative) becomes 1."""
    return torch.from_numpy(np.maximum(np.asarray(values), -1) + 2).long()


class Features:
    """The log as FuxiCTR's loader gives it: a dictionary of the row's features, one of the items (history and, last,
    the target), and the mask of the history."""

    def __init__(self, log, length, history_fields):
        self.length = length
        context = {"user_id": shifted(np.arange(len(log.user_fields)))[torch.from_numpy(log.users).long()]}
        users, items = torch.from_numpy(log.users).long(), torch.from_numpy(log.items).long()
        for at, name in enumerate(log.user_names):
            context[f"user_{name}"] = shifted(log.user_fields[:, at])[users]
        context["surface"] = shifted(log.surfaces)
        self.item_tables = {"item_id": shifted(np.arange(len(log.item_fields)))}
        for at, name in enumerate(log.item_names):
            if name in history_fields:
                self.item_tables[f"item_{name}"] = shifted(log.item_fields[:, at])
            else:
                context[f"item_{name}"] = shifted(log.item_fields[:, at])[items]
        self.context = context
        # The last row is the padding, which index -1 reaches.
        self.item_tables = {name: torch.cat([table, torch.zeros(1, dtype=torch.long)]) for name, table in self.item_tables.items()}
        self.items = items
        self.history = torch.from_numpy(log.history_items[:, :length]).long()

    def map(self):
        features = OrderedDict()
        for source, tables in (("", self.context), ("item", self.item_tables)):
            for name, table in tables.items():
                features[name] = {"source": source, "type": "categorical", "padding_idx": 0, "vocab_size": int(table.max()) + 1}
        result = FeatureMap("rank", tempfile.gettempdir())
        result.features, result.labels, result.default_emb_dim = features, ["label"], None
        result.num_fields = result.get_num_fields()
        return result

    def batch(self, rows):
        history = self.history[rows]
        mask = (history >= 0).float()
        items = torch.cat([history, self.items[rows].unsqueeze(1)], 1).flatten()
        return {name: values[rows] for name, values in self.context.items()}, {name: table[items] for name, table in self.item_tables.items()}, mask


class Learner:
    """One DIN an outcome. The defaults are FuxiCTR's, but for the sizes."""

    def __init__(
        self, log, seed, length=50, historyFields=(), dim=16, hidden=(128, 64), attention=32, activation="Dice", softmax=False,
        learningRate=1e-3, deviation=1e-4,
    ):
        self.features = features = Features(log, length, historyFields)
        self.labels = torch.from_numpy(log.labels).float()
        self.models = []
        for _ in log.outcomes:
            seed_everything(seed)
            feature_map = features.map()
            feature_map.default_emb_dim = dim
            model = DIN(
                feature_map, gpu=-1, dnn_hidden_units=list(hidden), attention_hidden_units=[attention],
                attention_hidden_activations=activation, learning_rate=learningRate, embedding_dim=dim,
                din_use_softmax=softmax, optimizer="adam", loss="binary_crossentropy", task="binary_classification",
                metrics=["AUC"], model_root=tempfile.gettempdir(), verbose=0,
            )
            # FuxiCTR sets deviations of embeddings by an expression in its configuration, DIN has no option for it.
            for table in model.embedding_layer.embedding_layer.embedding_layers.values():
                torch.nn.init.normal_(table.weight[1:], std=deviation)
            # What BaseModel.fit sets before its first step.
            model._max_gradient_norm, model._batch_index = 10.0, 0
            self.models.append(model)

    def fit(self, rows):
        rows = torch.from_numpy(rows)
        context, items, mask = self.features.batch(rows)
        for at, model in enumerate(self.models):
            model.train()
            model.train_step(({**context, "label": self.labels[rows, at]}, dict(items), mask))

    @torch.no_grad()
    def predict(self, rows):
        batch = self.features.batch(torch.from_numpy(rows))
        scores = [model.eval()((batch[0], dict(batch[1]), batch[2]))["y_pred"][:, 0] for model in self.models]
        return torch.stack(scores, 1).numpy()


def protocol(input, threads, windows=None, batch=512, seed=1, **model):
    """The log, the scores of its first windows with new models, and seconds and rates."""
    torch.set_num_threads(threads)
    log = Log(input)
    return log, *run_windows(log, Learner(log, seed, **model), windows or log.window_count, batch, seed)


def run(output, **settings):
    """The whole protocol with new models. Writes the scores (probabilities) and returns seconds and rates."""
    _, scores, result = protocol(**settings)
    save_scores(output, scores)
    return result


def quality(windows, surface=None, **settings):
    """GAUC by outcome over the given windows, without writing scores, for the choice of settings."""
    log, scores, _ = protocol(windows=max(windows) + 1, **settings)
    return gauc_of(log, scores, windows, surface)


serve({"run": run, "quality": quality})
