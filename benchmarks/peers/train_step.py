"""The PyTorch side of the bench `train-step`: the same causal transformer, the same parameters, the same batch.

It is written as PyTorch recommends: scaled_dot_product_attention, fused layer_norm, gelu and cross_entropy, the fused kernel
of AdamW, clip_grad_norm_. One optimiser step is timed: zero_grad, forward, backward, clip, step.
"""

import time

import torch
import torch.nn.functional as F
from peer import serve
from safetensors.torch import load_file, save_file

state = {}


def block(p, prefix, x, heads, dropout):
    batch, length, dim = x.shape
    qkv = F.linear(x, p[f"{prefix}.qkv.weight"].T, p[f"{prefix}.qkv.bias"])
    q, k, v = qkv.view(batch, length, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
    mixed = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=dropout)
    mixed = mixed.transpose(1, 2).reshape(batch, length, dim)
    mixed = F.linear(mixed, p[f"{prefix}.out.weight"].T, p[f"{prefix}.out.bias"])
    x = F.layer_norm(x + F.dropout(mixed, dropout), (dim,), p[f"{prefix}.norm1.gain"], p[f"{prefix}.norm1.bias"], 1e-5)
    hidden = F.gelu(F.linear(x, p[f"{prefix}.up.weight"].T, p[f"{prefix}.up.bias"]))
    hidden = F.linear(hidden, p[f"{prefix}.down.weight"].T, p[f"{prefix}.down.bias"])
    return F.layer_norm(x + F.dropout(hidden, dropout), (dim,), p[f"{prefix}.norm2.gain"], p[f"{prefix}.norm2.bias"], 1e-5)


def loss_of(p, items, targets, dropout):
    x = F.dropout(F.embedding(items, p["items"]) + p["positions"], dropout)
    for layer in range(state["layers"]):
        x = block(p, f"block{layer}", x, state["heads"], dropout)
    logits = F.linear(x.reshape(-1, x.shape[-1]), p["items"])
    return F.cross_entropy(logits, targets.reshape(-1))


def setup(parameters, batch, layers, heads, threads, optimiser):
    torch.set_num_threads(threads)
    torch._dynamo.reset()
    state.update(layers=layers, heads=heads, clip=optimiser["clipNorm"])
    p = {name: value.requires_grad_() for name, value in load_file(parameters).items()}
    decayed = [value for value in p.values() if value.ndim > 1]
    others = [value for value in p.values() if value.ndim <= 1]
    state["adamw"] = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": optimiser["weightDecay"]}, {"params": others, "weight_decay": 0.0}],
        lr=optimiser["learningRate"],
        betas=(optimiser["beta1"], optimiser["beta2"]),
        eps=optimiser["epsilon"],
        fused=True,
    )
    arrays = load_file(batch)
    state.update(p=p, items=arrays["items"].long(), targets=arrays["targets"].long())
    state["eager"] = lambda dropout: loss_of(p, state["items"], state["targets"], dropout)
    return {"torch": [int(part) for part in torch.__version__.split("+")[0].split(".")]}


def gradients(path):
    loss = state["eager"](0.0)
    loss.backward()
    save_file({name: value.grad.contiguous() for name, value in state["p"].items()}, path)
    state["adamw"].zero_grad()
    return {"loss": loss.item()}


def compile(dropout):
    p = state["p"]
    compiled = torch.compile(loss_of)
    state["compiled"] = lambda dropout: compiled(p, state["items"], state["targets"], dropout)
    return steps("compiled", 2, dropout)


def steps(kind, count, dropout):
    """The losses, and milliseconds per step."""
    losses = []
    start = time.perf_counter()
    for _ in range(count):
        state["adamw"].zero_grad()
        loss = state[kind](dropout)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(state["p"].values(), state["clip"])
        state["adamw"].step()
        losses.append(loss.item())
    return {"milliseconds": (time.perf_counter() - start) * 1000 / count, "losses": losses}


def peak(size):
    """GFLOP/s of one large matrix product."""
    a, b = torch.full((size, size), 0.5), torch.full((size, size), 0.5)
    best = float("inf")
    for _ in range(6):
        start = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - start)
    return {"gflops": 2 * size**3 / best / 1e9}


serve({"setup": setup, "gradients": gradients, "compile": compile, "steps": steps, "peak": peak})
