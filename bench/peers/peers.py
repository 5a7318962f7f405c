"""The training step of bench/training.bench.ts in NumPy, PyTorch or JAX: python peers.py LIBRARY DTYPE THREADS

Reads a JSON line {"layers": [...], "seconds": s} (or {"product": n, ...}) at a time, answers {"steps": n, "seconds": s}. The step: gather a
shuffled batch of 100 from normalized images in memory, forward, cross-entropy, backward (no gradient of the input), SGD.
"""
import json
import os
import sys
import time

library, dtype, threads = sys.argv[1], sys.argv[2], sys.argv[3]
for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = threads
if library == "jax":
    os.environ["XLA_FLAGS"] = f"--xla_cpu_multi_thread_eigen={'true' if int(threads) > 1 else 'false'} intra_op_parallelism_threads={threads}"
    if dtype == "float64":
        os.environ["JAX_ENABLE_X64"] = "1"
import numpy as np

ROWS, BATCH, RATE = 4000, 100, 0.01
rng = np.random.RandomState(0)


def data(layers):
    images = rng.randint(0, 256, (ROWS, layers[0])).astype(dtype) / np.dtype(dtype).type(255) - np.dtype(dtype).type(0.5)
    return images, rng.randint(0, layers[-1], ROWS)


def weights(layers):
    pairs = zip(layers[:-1], layers[1:])
    return [((rng.randn(i, o) * 0.01).astype(dtype), np.zeros(o, dtype)) for i, o in pairs]


def numpy_step(layers):
    images, labels = data(layers)
    parameters = weights(layers)
    c = np.dtype(dtype).type(np.sqrt(2 / np.pi))
    a = np.dtype(dtype).type(0.044715)

    def step(rows):
        x, y = images[rows], labels[rows]
        saved, h = [], x
        for i, (w, b) in enumerate(parameters):
            z = h @ w + b
            saved.append((h, z))
            if i < len(parameters) - 1:
                t = np.tanh(c * (z + a * z * z * z))
                saved[-1] += (t,)
                h = 0.5 * z * (1 + t)
        z -= z.max(axis=1, keepdims=True)
        p = np.exp(z)
        p /= p.sum(axis=1, keepdims=True)
        loss = -np.log(p[np.arange(BATCH), y]).mean()
        p[np.arange(BATCH), y] -= 1
        d = p / np.dtype(dtype).type(BATCH)
        for i in range(len(parameters) - 1, -1, -1):
            w, b = parameters[i]
            if i < len(parameters) - 1:
                z, t = saved[i][1], saved[i][2]
                d = d * (0.5 * (1 + t) + 0.5 * z * (1 - t * t) * c * (1 + 3 * a * z * z))
            dw, db = saved[i][0].T @ d, d.sum(axis=0)
            if i > 0:
                d = d @ w.T
            w -= RATE * dw
            b -= RATE * db
        return loss

    return step


def torch_step(layers):
    import torch

    torch.set_num_threads(int(threads))
    images, labels = (torch.from_numpy(array) for array in data(layers))
    parts = []
    for i, (w, b) in enumerate(weights(layers)):
        linear = torch.nn.Linear(*w.shape, dtype=getattr(torch, dtype))
        linear.weight.data = torch.from_numpy(w.T.copy())
        parts += [linear] + ([torch.nn.GELU(approximate="tanh")] if i < len(layers) - 2 else [])
    network = torch.nn.Sequential(*parts)
    optimizer = torch.optim.SGD(network.parameters(), lr=RATE)

    def step(rows):
        rows = torch.from_numpy(rows)
        loss = torch.nn.functional.cross_entropy(network(images[rows]), labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


def jax_step(layers):
    import jax
    import jax.numpy as jnp

    images, labels = (jnp.asarray(array) for array in data(layers))
    state = [weights(layers)]

    def loss_of(parameters, x, y):
        h = x
        for i, (w, b) in enumerate(parameters):
            h = h @ w + b
            if i < len(parameters) - 1:
                h = jax.nn.gelu(h, approximate=True)
        return -jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], axis=1).mean()

    @jax.jit
    def update(parameters, rows):
        loss, gradients = jax.value_and_grad(loss_of)(parameters, images[rows], labels[rows])
        return loss, jax.tree.map(lambda p, g: p - RATE * g, parameters, gradients)

    def step(rows):
        loss, state[0] = update(state[0], rows)
        return float(loss)

    return step


make = {"numpy": numpy_step, "torch": torch_step, "jax": jax_step}[library]
steps = {}


def run_product(n, seconds):
    """C = A·B of two square matrices, in NumPy or PyTorch."""
    a, b = rng.randn(n, n).astype(dtype), rng.randn(n, n).astype(dtype)
    if library == "torch":
        module.set_num_threads(int(threads))
        a, b = module.from_numpy(a), module.from_numpy(b)
        product = lambda: module.mm(a, b)
    else:
        product = lambda: a @ b
    product()
    start, count = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        product()
        count += 1
    return {"steps": count, "seconds": time.perf_counter() - start}


def run_slice(layers, seconds):
    key = tuple(layers)
    if key not in steps:
        steps[key] = make(layers)
    step, order, position, count = steps[key], rng.permutation(ROWS), 0, 0
    step(order[:BATCH])
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        if position + BATCH > ROWS:
            position = 0
        step(order[position : position + BATCH])
        position += BATCH
        count += 1
    return {"steps": count, "seconds": time.perf_counter() - start}


if library == "torch":
    import torch as module
elif library == "jax":
    import jax as module
else:
    module = np
print(json.dumps({"ready": f"{library} {module.__version__}"}), flush=True)
for line in sys.stdin:
    request = json.loads(line)
    result = run_product(request["product"], request["seconds"]) if "product" in request else run_slice(request["layers"], request["seconds"])
    print(json.dumps(result), flush=True)
