"""The whole TinyNet run of the assignment in NumPy, float64: 5 epochs on 40,000 images, with the accuracy on 50,000 images after each.

python wholeRun.py THREADS prints the seconds of training and evaluation; the images are random, which does not change the time.
"""
import os
import sys
import time

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = sys.argv[1]
import numpy as np

rng = np.random.RandomState(0)
images = np.empty((50000, 3072))
for start in range(0, 50000, 5000):
    images[start : start + 5000] = rng.randint(0, 256, (5000, 3072)) / 255 - 0.5
labels = rng.randint(0, 20, 50000)
w1, b1 = rng.randn(3072, 128) * 0.002, np.zeros(128)
w2, b2 = rng.randn(128, 20) * 0.002, np.zeros(20)
c = np.sqrt(2 / np.pi)


def forward(x):
    z = x @ w1 + b1
    t = np.tanh(c * (z + 0.044715 * z**3))
    h = 0.5 * z * (1 + t)
    return z, t, h, h @ w2 + b2


def accuracy(x, y):
    predicted = [forward(x[i : i + 100])[3].argmax(axis=1) for i in range(0, len(x), 100)]
    return (np.concatenate(predicted) == y).mean()


start = time.perf_counter()
order = np.arange(40000)
for epoch in range(5):
    for i in range(0, 40000, 100):
        rows = order[i : i + 100]
        x, y = images[rows], labels[rows]
        z, t, h, s = forward(x)
        p = np.exp(s - s.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(100), y] -= 1
        p /= 100
        dw2, db2 = h.T @ p, p.sum(axis=0)
        dz = (p @ w2.T) * (0.5 * (1 + t) + 0.5 * z * (1 - t**2) * c * (1 + 3 * 0.044715 * z**2))
        dw1, db1 = x.T @ dz, dz.sum(axis=0)
        w1, b1, w2, b2 = w1 - 0.1 * dw1, b1 - 0.1 * db1, w2 - 0.1 * dw2, b2 - 0.1 * db2
    accuracy(images[:40000], labels[:40000])
    accuracy(images[40000:], labels[40000:])
    rng.shuffle(order)
print(f"{time.perf_counter() - start:.1f} s with {sys.argv[1]} threads")
