# %% [markdown]
# # Fully connected networks, by hand: NumPy
#
# Every cell of the assignment with NumPy and nothing else. `problem1.ipynb` beside this notebook does the same in TypeScript with Handgrad
# and prints the same lines.
#
# One line installs what both notebooks need; it needs Python with pip and nothing else:
#
# ```
# pip install notebook numpy deno==2.7.14 && deno jupyter --install --force
# ```
#
# Then `jupyter notebook problem1-numpy.ipynb` opens it. Everything else is in this folder: `checks.json` and `runs.json` (what the assignment
# printed), `images.npz` (some of the images).

# %% setup
import json
import struct
import zlib
from pathlib import Path

import numpy as np
from numpy.random import RandomState

checks = json.loads(Path("checks.json").read_text())
runs = json.loads(Path("runs.json").read_text())

# True: few images, about half a minute. False: all images and epochs of the assignment, which takes an hour
quick = True
# for quick = False: the folder with train.mat, test.mat and meta.mat of CIFAR-100
cifar100 = "cifar100"


def linspace(first, last, *shape):
    return np.linspace(first, last, int(np.prod(shape))).reshape(shape)


def normal(seed, *shape):
    return RandomState(seed).randn(*shape)


def digits(value):
    return f"{value:.6f}" if value == 0 or abs(value) >= 1e-3 else f"{value:.3e}"


def compare(quantity, ours, printed, passed):
    """Prints our number beside the one that the assignment printed."""
    print(f"{quantity:32}{digits(ours):>12}   assignment {digits(printed):>12}   {'ok' if passed else 'NOT OK'}")


def same(quantity, ours, printed):
    """For fixed inputs: the digits that are shown must be those of the assignment."""
    compare(quantity, ours, printed, digits(ours) == digits(printed))


def below(quantity, error, printed, bound=None):
    """For random inputs: the error must be at most the assignment's, or its bound."""
    compare(quantity, error, printed, error <= (printed if bound is None else bound))


def true(condition):
    return "true" if condition else "false"


# %% [markdown]
# ## Layers
#
# Each layer has `forward` and `backward`. Parameters and their gradients are arrays; `backward` overwrites gradients.

# %% layers
class Layer:
    """y = forward(x), dx = backward(dy). `random` is the stream of a training pass; without it the pass evaluates."""

    parameters = ()
    gradients = ()

    def forward(self, x, random=None):
        raise NotImplementedError

    def backward(self, dy):
        raise NotImplementedError


class Flatten(Layer):
    def forward(self, x, random=None):
        self.shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, dy):
        return dy.reshape(self.shape)


class Linear(Layer):
    """y = x W + b"""

    def __init__(self, inputs, outputs, random, scale=1.0):
        self.parameters = [scale * random.randn(inputs, outputs), np.zeros(outputs)]
        self.gradients = [np.zeros_like(p) for p in self.parameters]

    def forward(self, x, random=None):
        self.x = x
        return x @ self.parameters[0] + self.parameters[1]

    # dW = x^T dy    db = sum of dy over the batch    dx = dy W^T
    def backward(self, dy):
        self.gradients[0][...] = self.x.T @ dy
        self.gradients[1][...] = dy.sum(axis=0)
        return dy @ self.parameters[0].T


class Gelu(Layer):
    """y = x/2 (1 + tanh u), u = sqrt(2/pi) (x + 0.044715 x^3)"""

    def forward(self, x, random=None):
        c = np.sqrt(2 / np.pi)
        t = np.tanh(c * (x + 0.044715 * x * x * x))
        self.derivative = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * c * (1 + 3 * 0.044715 * x * x)
        return 0.5 * x * (1 + t)

    def backward(self, dy):
        return dy * self.derivative


class Dropout(Layer):
    """y = x * mask, mask = 1/p with probability p, else 0; p = 0 and p = 1 both mean no dropout"""

    def __init__(self, p):
        self.p = p

    def forward(self, x, random=None):
        if random is None or self.p in (0, 1):
            self.mask = 1.0
        else:
            self.mask = (random.random_sample(x.shape) < self.p) / self.p
        return x * self.mask

    def backward(self, dy):
        return dy * self.mask


class Sequential(Layer):
    """Layers one after the other; the parameters are named fc1_w, fc1_b, fc2_w, ..."""

    def __init__(self, *layers):
        self.layers = layers
        self.parameters = [p for layer in layers for p in layer.parameters]
        self.gradients = [g for layer in layers for g in layer.gradients]
        self.names = [f"fc{i // 2 + 1}_{'wb'[i % 2]}" for i in range(len(self.parameters))]

    def forward(self, x, random=None):
        for layer in self.layers:
            x = layer.forward(x, random)
        return x

    def backward(self, dy):
        for layer in reversed(self.layers):
            dy = layer.backward(dy)
        return dy

    def save(self):
        return {name: p.copy() for name, p in zip(self.names, self.parameters)}

    def load(self, saved):
        for name, p in zip(self.names, self.parameters):
            p[...] = saved[name]


def fully_connected(sizes, random, scale):
    layers = [Flatten()]
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        layers += ([Gelu()] if i > 0 else []) + [Linear(inputs, outputs, random, scale)]
    return Sequential(*layers)


def cross_entropy(logits, labels):
    """J = -1/N sum of log p[label], and its gradient (p - Y)/N; the largest logit is subtracted, so nothing overflows"""
    rows = np.arange(len(logits))
    shifted = logits - logits.max(axis=1, keepdims=True)
    sums = np.exp(shifted).sum(axis=1, keepdims=True)
    loss = (np.log(sums[:, 0]) - shifted[rows, labels]).mean()
    gradient = np.exp(shifted) / sums
    gradient[rows, labels] -= 1
    return loss, gradient / len(logits)


# %% [markdown]
# Gradients are checked against central differences of fourth order, whose own error is near $10^{-12}$.

# %% gradient-check
def relative_error(a, b):
    return np.max(np.abs(a - b) / np.maximum(1e-8, np.abs(a) + np.abs(b)))


def numerical_gradient(f, x, h=1e-3):
    gradient = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        original = x[i]

        def difference(distance):
            x[i] = original + distance
            above = f()
            x[i] = original - distance
            below = f()
            x[i] = original
            return above - below  # subtracted before it is summed, so that what both have in common cancels exactly

        gradient[i] = np.sum(8 * difference(h) - difference(2 * h)) / (12 * h)
    return gradient


def check_gradients(network, x, dy=None, labels=None):
    """The relative error of each gradient, from dJ/dy or from a loss. Every evaluation draws the same masks."""

    def forward():
        return network.forward(x, RandomState(0))

    def weighted():
        return forward() * dy if labels is None else cross_entropy(forward(), labels)[0]

    given = dy if labels is None else cross_entropy(forward(), labels)[1]
    forward()
    dx = network.backward(given).copy()
    gradients = [g.copy() for g in network.gradients]
    errors = {"x": relative_error(dx, numerical_gradient(weighted, x))}
    for name, p, gradient in zip(getattr(network, "names", ()), network.parameters, gradients):
        errors[name] = relative_error(gradient, numerical_gradient(weighted, p))
    return errors


# %% [markdown]
# ## Data
#
# Images are bytes (N, 32, 32, 3). A batch is (byte / 255 − mean) / deviation of each channel. `read_mat` reads the MATLAB files of CIFAR-100.

# %% data
def read_mat(file, wanted):
    """Arrays of uint8 and cells of text in a MATLAB v5 file, by name."""
    types = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4"}

    def elements(data):
        at = 0
        while at < len(data):
            kind, size = struct.unpack_from("<II", data, at)
            if kind >> 16:  # a small element: type and size in 4 bytes, then at most 4 bytes of content
                yield kind & 0xFFFF, data[at + 4 : at + 4 + (kind >> 16)]
                at += 8
            else:
                yield kind, data[at + 8 : at + 8 + size]
                at += 8 + size + (-size % 8 if kind != 15 else 0)

    def matrix(data, keep=lambda name: True):
        (_, flags), (_, shape), (_, name), *rest = elements(data)
        name, shape = bytes(name).decode(), np.frombuffer(shape, "<i4")
        if not keep(name):
            return name, None
        if flags[0] == 1:  # a cell array: every element is a matrix
            return name, [matrix(content)[1] for kind, content in rest if kind == 14]
        kind, content = rest[0]
        if flags[0] == 4:  # text
            return name, bytes(content).decode("utf-16-le" if kind in (4, 17) else "utf-8")
        return name, np.frombuffer(content, types[kind]).reshape(shape, order="F")

    variables = {}
    for kind, content in elements(memoryview(Path(file).read_bytes())[128:]):
        content = memoryview(zlib.decompress(content))[8:] if kind == 15 else content
        name, value = matrix(content, wanted.__contains__)
        variables[name] = value
    return {name: variables[name] for name in wanted}


def read_cifar100(folder):
    parts = {}
    for name in ("train", "test"):
        file = read_mat(f"{folder}/{name}.mat", ("data", "coarse_labels"))
        images = np.ascontiguousarray(file["data"].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        parts[name] = images, file["coarse_labels"].ravel()
    (images, labels), test = parts["train"], parts["test"]
    train, validation = (images[:40000], labels[:40000]), (images[40000:], labels[40000:])
    names = read_mat(f"{folder}/meta.mat", ("coarse_label_names",))["coarse_label_names"]
    return {"train": train, "validation": validation, "test": test}, names


about = json.loads(Path("images.json").read_text())
if quick:
    arrays = np.load("images.npz")
    data = {part: (arrays[f"{part}_images"], arrays[f"{part}_labels"]) for part in ("train", "validation", "test")}
    label_names = about["labelNames"]
else:
    data, label_names = read_cifar100(cifar100)
is_cifar100 = not quick or about["source"] == "CIFAR-100"
config = runs["tinynet"]["config"]["normalization"]
mean, deviation = (config["mean"], config["std"]) if is_cifar100 else about["normalization"].values()

# what each byte becomes in each channel, each of the three operations rounded to float32
table = (np.arange(256, dtype=np.float32) / np.float32(255))[:, None] - np.float32(mean)
table = (table / np.float32(deviation)).astype(np.float64)


def normalized(images):
    return table[images, np.arange(3)]


print("CIFAR-100, 20 superclasses" if is_cifar100 else "STAND-IN DATA: drawn images, not CIFAR-100")
images_of = {"train": "data_train", "validation": "data_val", "test": "data_test"}
for part, key in images_of.items():
    print(f"{part}: {data[part][0].shape}   assignment {tuple(checks['data'][key])}")
print(f"label names: {len(label_names)}   assignment {checks['data']['label_names']}")
print(", ".join(label_names))

# %% [markdown]
# ## Fully connected layer: forward
#
# $$y = x W + b$$

# %% fc-forward
fc = Linear(168, 4, RandomState(0))
fc.parameters[0][...] = linspace(-0.2, 0.2, 168, 4)
fc.parameters[1][...] = linspace(-0.3, 0.3, 4)
fc_out = fc.forward(Flatten().forward(linspace(-0.1, 0.4, 3, 7, 6, 4)))
printed = checks["fc_forward"]
same("difference", relative_error(fc_out, np.array(printed["expected"])), printed["difference"])

# %% [markdown]
# ## GELU: forward
#
# $$y = \tfrac{1}{2} x \left(1 + \tanh\left(\sqrt{2 / \pi}\,(x + 0.044715 x^3)\right)\right)$$

# %% gelu-forward
gelu_out = Gelu().forward(linspace(-1.5, 1.5, 3, 4))
printed = checks["gelu_forward"]
same("difference", relative_error(gelu_out, np.array(printed["expected"])), printed["difference"])

# %% [markdown]
# ## Dropout: forward
#
# In training each value survives with probability $p$ and is scaled by $1/p$; in evaluation nothing happens. $p = 0$ and $p = 1$ both
# mean no dropout. The assignment has other random numbers, so its digits differ: the share of zeros must be $1 - p$ and the
# mean must stay, within 5 standard deviations.

# %% dropout-forward
x = normal(0, 100, 100) + 5
printed = checks["dropout_forward"]
for i, p in enumerate(printed["keep_prob"]):
    layer = Dropout(p)
    trained, evaluated = layer.forward(x, RandomState(1)), layer.forward(x)
    share = 0 if p == 0 else 1 - p
    spread = 0 if p == 0 else 5 * np.sqrt(share / p * 1.04e-4)
    zeros, zeros_evaluated = np.mean(trained == 0), np.mean(evaluated == 0)
    print(f"p = {p}")
    compare("  mean of the input", x.mean(), printed["mean_of_input"], abs(x.mean() - 5) < 0.05)
    passed = abs(trained.mean() / x.mean() - 1) <= spread
    compare("  mean in training", trained.mean(), printed["mean_of_output_training"][i], passed)
    passed = evaluated.mean() == x.mean()
    compare("  mean in evaluation", evaluated.mean(), printed["mean_of_output_evaluation"][i], passed)
    passed = abs(zeros - share) <= 5 * np.sqrt(share * (1 - share) * 1e-4)
    compare("  zeros in training", zeros, printed["fraction_zero_training"][i], passed)
    compare("  zeros in evaluation", zeros_evaluated, printed["fraction_zero_evaluation"][i], zeros_evaluated == 0)

# %% [markdown]
# ## Gradients of the layers
#
# Each gradient is compared with central differences: $\max |a - b| / \max(10^{-8}, |a| + |b|)$. The inputs are standard normal numbers,
# other ones than the assignment’s, so an error must be at most the assignment’s.
#
# Fully connected: $dx = dy\,W^\top$, $dW = x^\top dy$, $db = \sum dy$.

# %% fc-backward
network = Sequential(Flatten(), Linear(12, 15, RandomState(2)))
errors = check_gradients(network, normal(3, 15, 2, 2, 3), normal(4, 15, 15))
printed = checks["gradient_checks"]["fc"]
below("error of dx", errors["x"], printed["dx"])
below("error of dw", errors["fc1_w"], printed["dw"])
below("error of db", errors["fc1_b"], printed["db"])

# %% [markdown]
# GELU: $dx = dy \odot y'(x)$, the exact derivative of the formula above.

# %% gelu-backward
errors = check_gradients(Gelu(), normal(5, 15, 15), normal(6, 15, 15))
below("error of dx", errors["x"], checks["gradient_checks"]["gelu"]["dx"])

# %% [markdown]
# Dropout: $dx = dy \odot m$ with the mask of the forward pass. The check draws the same mask for every evaluation.

# %% dropout-backward
errors = check_gradients(Dropout(0.75), normal(7, 5, 5), normal(8, 5, 5))
below("error of dx", errors["x"], checks["gradient_checks"]["dropout"]["dx"])

# %% [markdown]
# Fully connected layer and GELU together.

# %% fc-gelu
network = Sequential(Flatten(), Linear(15, 5, RandomState(9)), Gelu())
errors = check_gradients(network, normal(10, 3, 5, 3), normal(11, 3, 5))
printed = checks["gradient_checks"]["fc_gelu"]
below("error of dx", errors["x"], printed["dx"])
below("error of dw", errors["fc1_w"], printed["dw"])
below("error of db", errors["fc1_b"], printed["db"])

# %% [markdown]
# ## Softmax and cross-entropy
#
# $$J = -\frac{1}{N} \sum_n \log p_{n, c_n}, \qquad dz = \frac{1}{N} (p - Y)$$
#
# With logits near 0 the loss is near $\log 6$.

# %% cross-entropy
logits = 0.001 * normal(12, 100, 6)
labels = np.where(normal(13, 100) < 0, 1, 4)
loss, gradient = cross_entropy(logits, labels)
differences = numerical_gradient(lambda: cross_entropy(logits, labels)[0], logits)
printed = checks["gradient_checks"]["cross_entropy"]
compare("loss", loss, printed["loss"], abs(loss - np.log(6)) < 1e-3)
below("error of dx", relative_error(gradient, differences), printed["dx"])

# %% [markdown]
# ## Small network
#
# fc1 (4→30), GELU, fc2 (30→7): initialization, scores, loss and gradients with the assignment’s fixed weights.

# %% small-network
small = fully_connected([4, 30, 7], RandomState(1234), 0.02)
w, biases = small.parameters[0], np.concatenate([small.parameters[1], small.parameters[3]])
start = np.sqrt(np.mean(w * w))
compare("deviation of fc1_w", start, 0.02, abs(start - 0.02) < 0.002)
compare("largest bias", np.abs(biases).max(), 0, np.all(biases == 0))
small.load(
    {
        "fc1_w": linspace(-0.7, 0.3, 4, 30),
        "fc1_b": linspace(-0.6, 0.2, 30),
        "fc2_w": linspace(-0.2, 0.2, 30, 7),
        "fc2_b": linspace(-0.9, 0.1, 7),
    }
)
features = linspace(-5.5, 4.5, 4, 4).T.copy()
scores = small.forward(features)
printed = checks["small_network"]
apart = np.abs(scores - np.array(printed["expected_scores"])).sum()
print(f"scores: sum of differences below 1e-6: {true(apart < printed['scores_tolerance_sum_abs'])}")
loss, _ = cross_entropy(scores, printed["labels"])
print(f"loss {loss:.10f}   assignment {printed['expected_loss']:.10f}")
errors = check_gradients(small, features, labels=printed["labels"])
for name, error in printed["gradient_errors"].items():
    below(f"error of {name}", errors[name], error)

# %% [markdown]
# ## Network with dropout
#
# Three layers with GELU and dropout. The assignment accepts errors below $10^{-3}$.

# %% dropout-network
printed = checks["gradient_checks"]["dropout_net"]
for p, errors_of_p in printed["errors"].items():
    random = RandomState(printed["seed"])
    hidden = [
        layer
        for inputs, outputs in ((15, 20), (20, 30), (30, 10))
        for layer in (Linear(inputs, outputs, random, 0.05), Gelu())
    ]
    network = Sequential(Flatten(), *hidden, Dropout(float(p)))
    errors = check_gradients(network, normal(14, printed["N"], printed["D"]), labels=[0, 5, 9])
    print(f"p = {p}")
    for name, error in errors_of_p.items():
        below(f"  error of {name}", errors[name], error, printed["bound"])

# %% [markdown]
# ## Optimizers and regularizers
#
# The weight decay λ is not multiplied by the learning rate η. A regularizer adds to the gradients.

# %% optimizers
class Sgd:
    """p <- p - eta g - lambda p"""

    def __init__(self, learning_rate, weight_decay=0.0):
        self.learning_rate, self.weight_decay = learning_rate, weight_decay

    def step(self, parameters, gradients):
        for p, g in zip(parameters, gradients):
            p -= self.learning_rate * g + self.weight_decay * p


class Adam:
    """m and v are moving means of g and g^2; p <- p - eta m^ / (sqrt(v^) + eps) - lambda p"""

    def __init__(self, learning_rate, weight_decay=0.0, beta1=0.9, beta2=0.999, epsilon=1e-8):
        self.learning_rate, self.weight_decay = learning_rate, weight_decay
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon
        self.t, self.m, self.v = 0, None, None

    def step(self, parameters, gradients):
        if self.m is None:
            self.m, self.v = ([np.zeros_like(p) for p in parameters] for _ in range(2))
        self.t += 1
        for p, g, m, v in zip(parameters, gradients, self.m, self.v):
            m[...] = self.beta1 * m + (1 - self.beta1) * g
            v[...] = self.beta2 * v + (1 - self.beta2) * g * g
            corrected_m, corrected_v = m / (1 - self.beta1**self.t), v / (1 - self.beta2**self.t)
            p -= self.learning_rate * corrected_m / (np.sqrt(corrected_v) + self.epsilon) + self.weight_decay * p


# what each rule adds to a gradient g of a parameter p
regularizers = {
    "none": lambda p, g, strength: 0,
    "l1": lambda p, g, strength: strength * np.sign(p),
    "l2": lambda p, g, strength: 2 * strength * p,
    # the rule behind the published L1 curve, an erratum
    "sign of the gradient": lambda p, g, strength: strength * np.sign(g),
}

# %% [markdown]
# ## Training
#
# `train` does one of the assignment’s runs with the settings in `runs.json`: one random stream draws the weights and then shuffles; the first
# epoch takes the images as they are stored. The quick form takes fewer images and epochs.

# %% train
def evaluate(network, images, labels):
    batches = range(0, len(labels), 100)
    answers = [network.forward(normalized(images[i : i + 100])).argmax(axis=1) for i in batches]
    return np.mean(np.concatenate(answers) == labels)


def train(run):
    config, published, loss_first = runs[run]["config"], runs[run].get("published"), runs[run]["loss_first"]
    epochs = (5 if run == "tinynet" else 3) if quick else config["epochs"]
    train_images = (4000 if run == "tinynet" else 2000) if quick else config["train_images"]
    images, labels = (part[:train_images] for part in data["train"])
    count, size = len(labels), config["batch_size"]
    random = RandomState(config["seed"])
    network = fully_connected(config["layers"], random, config["init_scale"])
    kind = {"sgd": Sgd, "adam": Adam}[config["optimizer"]]
    optimizer = kind(config["learning_rate"], config.get("weight_decay", 0))
    penalty, strength = regularizers[config.get("regularization", "none")], config.get("reg_lambda", 0)
    history = {"loss": [], "training": [], "validation": []}
    best, order = None, np.arange(count)
    print(f"{run}: {epochs} epochs of {count} images")
    for epoch in range(epochs):
        for _ in range(count // size):
            if len(order) < size:
                order = np.arange(count)
                random.shuffle(order)
            batch, order = order[:size], order[size:]
            scores = network.forward(normalized(images[batch]), random)
            loss, gradient = cross_entropy(scores, labels[batch])
            network.backward(gradient)
            for p, g in zip(network.parameters, network.gradients):
                g += penalty(p, g, strength)
            optimizer.step(network.parameters, network.gradients)
            history["loss"].append(loss)
        history["training"].append(evaluate(network, images, labels))
        history["validation"].append(evaluate(network, *data["validation"]))
        if max(history["validation"][:-1], default=-1) < history["validation"][-1]:
            best = network.save()
        beside = ""
        if not quick and published:
            beside = f"   assignment {published['train_acc'][epoch]:.6f}, {published['val_acc'][epoch]:.6f}"
        row = f"training {history['training'][-1]:.6f}, validation {history['validation'][-1]:.6f}"
        print(f"  epoch {epoch + 1}: {row}{beside}")
    losses = history["loss"]
    print(f"  first loss {losses[0]:.10f}" + (f"   assignment {loss_first[0]:.10f}" if is_cifar100 else ""))
    if is_cifar100:
        # the batches of the first epoch are the same, however many images there are
        known = count // size if quick else len(loss_first)
        equal = all(abs(a / b - 1) < 1e-9 for a, b in zip(losses[:known], loss_first))
        print(f"  first {known} losses equal to the reference: {true(equal)}")
    return network, best, history


# %% [markdown]
# Curves are drawn as SVG here, so that no package is needed for them.

# %% curves
class Curves:
    """Panels beside each other, each a title and curves by name: lists of numbers."""

    colors = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#888888")

    def __init__(self, panels):
        self.panels = panels

    def _repr_svg_(self):
        width, height = 300, 200
        parts = [self.panel(*panel, 50 + i * (width + 60), width, height) for i, panel in enumerate(self.panels.items())]
        names = list(dict.fromkeys(name for curves in self.panels.values() for name in curves))
        for i, name in enumerate(names):
            x = 50 + i * 170
            parts.append(f'<path d="M{x} 268h24" stroke="{self.colors[i]}" stroke-width="2"/>')
            parts.append(f'<text x="{x + 30}" y="272">{name}</text>')
        total = max(50 + len(self.panels) * (width + 60), 50 + len(names) * 170)
        style = 'font-family="sans-serif" font-size="12" fill="#333"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="285" {style}>'
        return head + '<rect width="100%" height="100%" fill="#fff"/>' + "".join(parts) + "</svg>"

    def panel(self, title, curves, left, width, height):
        values = np.concatenate([np.asarray(curve, float) for curve in curves.values()])
        low, high = values.min(), max(values.max(), values.min() + 1e-9)
        longest = max(len(curve) for curve in curves.values())
        parts = [f'<text x="{left}" y="20">{title}</text>']
        for value in np.linspace(low, high, 5):
            y = 30 + height * (high - value) / (high - low)
            parts.append(f'<path d="M{left} {y:.1f}h{width}" stroke="#ddd"/>')
            parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:.3g}</text>')
        for i in sorted({1, (longest + 1) // 2, longest}):
            x = left + width * (i - 1) / max(longest - 1, 1)
            parts.append(f'<text x="{x:.1f}" y="{height + 48}" text-anchor="middle">{i}</text>')
        for color, curve in zip(self.colors, curves.values()):
            x = left + width * np.arange(len(curve)) / max(longest - 1, 1)
            y = 30 + height * (high - np.asarray(curve, float)) / (high - low)
            points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y))
            parts.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="1.5"/>')
        return "".join(parts)


def comparison(named):
    return Curves(
        {
            "loss, by iteration": {name: run[2]["loss"] for name, run in named.items()},
            "training accuracy, by epoch": {name: run[2]["training"] for name, run in named.items()},
            "validation accuracy, by epoch": {name: run[2]["validation"] for name, run in named.items()},
        }
    )


# %% [markdown]
# ## TinyNet
#
# fc1 (3072→128), GELU, fc2 (128→20), SGD with $\eta = 0.1$: train, show the curves, save the parameters, load them into a new network, evaluate.

# %% tinynet
tiny, tiny_best, tiny_history = train("tinynet")

# %% tinynet-loss
Curves({"loss, by iteration": {"loss": tiny_history["loss"]}})

# %% tinynet-accuracy
Curves({"accuracy, by epoch": {part: tiny_history[part] for part in ("training", "validation")}})

# %% tinynet-load
def evaluateModel(epoch, parameters, file):
    np.savez(file, **parameters)
    loaded = fully_connected([3072, 128, 20], RandomState(0), 0.002)
    loaded.load(np.load(file))
    validation, test = evaluate(loaded, *data["validation"]), evaluate(loaded, *data["test"])
    print(f"{epoch} epoch: validation {validation:.6f}, test {test:.6f}")
    return loaded.save()


loaded = evaluateModel("last", tiny.save(), "tinynet-last-numpy.npz")
evaluateModel("best", tiny_best, "tinynet-best-numpy.npz")
printed = checks["tinynet"]
print(f"assignment, last epoch: validation {printed['validation_accuracy']:.6f}, test {printed['test_accuracy']:.6f}")


def shown(shape):
    return f"({', '.join(map(str, shape))})"


for name, shape in printed["parameters"].items():
    print(f"loaded {name} {shown(loaded[name].shape)}   assignment {shown(shape)}")

# %% [markdown]
# ## SGD with weight decay: one step
#
# $$\theta \leftarrow \theta - \eta \nabla J - \lambda \theta$$

# %% sgd-update
w = linspace(-0.4, 0.6, 4, 5)
Sgd(learning_rate=1e-3, weight_decay=1e-4).step([w], [linspace(-0.6, 0.4, 4, 5)])
printed = checks["sgd_step"]
same("difference of w", relative_error(w, np.array(printed["expected"])), printed["difference"])

# %% [markdown]
# ## SGD, weight decay, L1 and L2
#
# L2 with λ = weight decay / (2η) = 0.005 makes the same steps as weight decay. The published “L1” curve added λ·sign(gradient); `l1pub`
# does the same, `l1` adds λ·sign(θ).

# %% sgd-comparison
sgd = train("sgd")
sgdw = train("sgdw")
sgd_l1 = train("l1")
sgd_l1_published = train("l1pub")
sgd_l2 = train("l2")
losses_apart = np.abs(np.array(sgdw[2]["loss"]) - np.array(sgd_l2[2]["loss"])).max()
print(f"losses of weight decay and L2 equal to 1e-9: {true(losses_apart < 1e-9)}")

# %% sgd-comparison-figure
comparison(
    {
        "SGD": sgd,
        "SGD + weight decay": sgdw,
        "SGD + L1": sgd_l1,
        "sign of the gradient": sgd_l1_published,
        "SGD + L2": sgd_l2,
    }
)

# %% [markdown]
# ## Adam: one step
#
# $$m \leftarrow \beta_1 m + (1 - \beta_1) g, \quad v \leftarrow \beta_2 v + (1 - \beta_2) g^2, \quad
# \theta \leftarrow \theta - \eta \frac{\hat m}{\sqrt{\hat v} + \varepsilon} - \lambda \theta$$

# %% adam-update
w = linspace(-0.4, 0.6, 4, 5)
adam = Adam(learning_rate=1e-2, beta1=0.9, beta2=0.999, epsilon=1e-8)
adam.t, adam.m, adam.v = 5, [linspace(0.6, 0.9, 4, 5)], [linspace(0.7, 0.5, 4, 5)]
adam.step([w], [linspace(-0.6, 0.4, 4, 5)])
printed = checks["adam_step"]
for name, array in (("w", w), ("m", adam.m[0]), ("v", adam.v[0])):
    expected = np.array(printed[f"expected_{name}"])
    same(f"difference of {name}", relative_error(array, expected), printed["differences"][name])

# %% [markdown]
# ## AdamW and Adam with L2, compared with SGD

# %% adam-comparison
adamw = train("adamw")
adam_l2 = train("adaml2")

# %% adam-comparison-figure
comparison({"AdamW": adamw, "Adam + L2": adam_l2, "SGD": sgd, "SGD + weight decay": sgdw})
