"""DIN (Zhou et al., KDD 2018) in plain PyTorch, eager, for the bench `rank`: mostly the peer for speed.

All fields share one embedding table. The target attention is an MLP over [v, q, v * q, v - q] with softmax and mask,
v an event of the history and q the target. The outcomes share everything but the last layer; each one has a mean
cross-entropy, and the losses are added.
"""

import time

import numpy as np
import torch
import torch.nn.functional as F
from peer import serve
from rank_common import Log, gauc_of, run_windows, save_scores
from torch import nn

state = {}


class Ids:
    """Rows of the log as ids of one embedding table. Id 0 is padding."""

    def __init__(self, log, length, history_fields):
        self.size = 1
        self.users = torch.cat([self.field(np.arange(len(log.user_fields))), *self.fields(log.user_fields)], 1)
        self.items = torch.cat([self.field(np.arange(len(log.item_fields))), *self.fields(log.item_fields)], 1)
        self.surfaces = self.field(np.arange(log.surfaces.max() + 1))
        self.user_of, self.item_of, self.surface_of = (torch.from_numpy(a).long() for a in (log.users, log.items, log.surfaces))
        columns = [0, *(1 + log.item_names.index(name) for name in history_fields)]
        self.target = columns
        # The last row is the padding, which index -1 reaches.
        self.events = torch.cat([self.items[:, columns], torch.zeros(1, len(columns), dtype=torch.long)])
        self.history = torch.from_numpy(log.history_items[:, :length]).long()

    def field(self, values):
        values = torch.from_numpy(np.asarray(values)).long()
        # A missing value is negative, and is a value of its own.
        ids = self.size + values.clamp(min=-1) + 1
        self.size += int(values.max()) + 2
        return ids.unsqueeze(1)

    def fields(self, table):
        return [self.field(table[:, at]) for at in range(table.shape[1])]

    def batch(self, rows):
        rows = torch.from_numpy(rows)
        history = self.history[rows]
        item = self.items[self.item_of[rows]]
        fields = torch.cat([self.users[self.user_of[rows]], self.surfaces[self.surface_of[rows]], item], 1)
        return fields, item[:, self.target], self.events[history], history >= 0


def mlp(sizes):
    layers = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:]):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class Din(nn.Module):
    def __init__(self, ids, outcomes, dim, hidden, attention, sparse, deviation):
        super().__init__()
        self.table = nn.Embedding(ids.size, dim, padding_idx=0, sparse=sparse)
        nn.init.normal_(self.table.weight, std=deviation)
        with torch.no_grad():
            self.table.weight[0].zero_()
        width = len(ids.target) * dim
        fields = ids.users.shape[1] + 1 + ids.items.shape[1]
        self.attention = mlp([4 * width, attention, 1])
        self.network = mlp([fields * dim + width, *hidden, outcomes])

    def forward(self, fields, target, events, mask):
        q = self.table(target).flatten(1).unsqueeze(1)
        v = self.table(events).flatten(2)
        q = q.expand_as(v)
        weight = self.attention(torch.cat([v, q, v * q, v - q], -1)).squeeze(-1)
        weight = weight.masked_fill(~mask, -1e9).softmax(-1)
        interest = torch.bmm(weight.unsqueeze(1), v).squeeze(1)
        return self.network(torch.cat([self.table(fields).flatten(1), interest], 1))


class Learner:
    """`outcomes`: names, default all; the others get no score. `sparse`: only the rows of the table that a batch reads
    have gradients, and SparseAdam updates them."""

    def __init__(
        self, log, seed, outcomes=None, length=50, historyFields=(), dim=16, hidden=(128, 64), attention=32, sparse=False,
        learningRate=1e-3, deviation=0.01,
    ):
        torch.manual_seed(seed)
        self.ids = Ids(log, length, historyFields)
        self.outcomes, self.width = [log.outcomes.index(name) for name in outcomes or log.outcomes], len(log.outcomes)
        self.labels = torch.from_numpy(log.labels[:, self.outcomes]).float()
        self.model = Din(self.ids, len(self.outcomes), dim, hidden, attention, sparse, deviation)
        table = [self.model.table.weight]
        rest = [*self.model.attention.parameters(), *self.model.network.parameters()]
        if sparse:
            self.optimisers = [torch.optim.SparseAdam(table, lr=learningRate), torch.optim.Adam(rest, lr=learningRate, fused=True)]
        else:
            self.optimisers = [torch.optim.Adam(table + rest, lr=learningRate, fused=True)]

    def fit(self, rows):
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        logits = self.model(*self.ids.batch(rows))
        F.binary_cross_entropy_with_logits(logits, self.labels[torch.from_numpy(rows)]).mul(len(self.outcomes)).backward()
        for optimiser in self.optimisers:
            optimiser.step()

    @torch.no_grad()
    def predict(self, rows):
        scores = np.full((len(rows), self.width), np.nan, np.float32)
        scores[:, self.outcomes] = self.model(*self.ids.batch(rows)).sigmoid().numpy()
        return scores


def setup(input, threads, batch=512, seed=1, **model):
    """A new model for the log of the file `input`."""
    torch.set_num_threads(threads)
    log = Log(input)
    learner = Learner(log, seed, **model)
    state.update(log=log, learner=learner, batch=batch, seed=seed, at=0)
    random = np.random.default_rng(seed)
    state["order"] = np.concatenate([log.trained(window, random) for window in range(log.window_count)])
    return {"parameters": sum(p.numel() for p in learner.model.parameters())}


def steps(count):
    """Trains on the next `count` batches of the log, from the start again after the last. Training rows per second."""
    order, batch, learner = state["order"], state["batch"], state["learner"]
    batches = []
    for _ in range(count):
        if state["at"] + batch > len(order):
            state["at"] = 0
        batches.append(order[state["at"] : state["at"] + batch])
        state["at"] += batch
    start = time.perf_counter()
    for rows in batches:
        learner.fit(rows)
    seconds = time.perf_counter() - start
    return {"train_seconds": seconds, "rows_per_s": sum(map(len, batches)) / seconds}


def run(output, **settings):
    """The whole protocol with a new model. Writes the scores (probabilities) and returns seconds and rates."""
    setup(**settings)
    log = state["log"]
    scores, result = run_windows(log, state["learner"], log.window_count, state["batch"], state["seed"])
    save_scores(output, scores)
    return result


def quality(windows, surface=None, **settings):
    """GAUC by outcome over the given windows, without writing scores, for the choice of settings."""
    setup(**settings)
    log = state["log"]
    scores, _ = run_windows(log, state["learner"], max(windows) + 1, state["batch"], state["seed"])
    return gauc_of(log, scores, windows, surface)


serve({"setup": setup, "steps": steps, "run": run, "quality": quality})
