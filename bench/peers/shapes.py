"""Writes a folder of images with five kinds of shapes in random places, sizes, angles and colours, with noise, and prints the accuracy of
scikit-learn's defaults on their pixels; then the same for its 8×8 digits.
Usage: shapes.py OUT      needs numpy, pillow, scikit-learn; then: handgrad train OUT/shapes, handgrad train OUT/digits.npz"""
import math, os, sys
import numpy as np
from PIL import Image, ImageDraw
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC

out = sys.argv[1]
random = np.random.RandomState(0)
corners = {"circle": 0, "triangle": 3, "square": 4, "hexagon": 6, "star": 10}


def shape(kind, side=32):
    large = 4 * side
    image = Image.new("RGB", (large, large), tuple(random.randint(0, 256, 3)))
    radius = random.uniform(0.15, 0.38) * large
    x, y = random.uniform(radius, large - radius, 2)
    angle = random.uniform(0, 2 * math.pi)
    colour = tuple(random.randint(0, 256, 3))
    draw, count = ImageDraw.Draw(image), corners[kind]
    if count == 0:
        draw.ellipse([x - radius, y - radius, x + radius, y + radius], fill=colour)
    else:
        reach = [radius * (0.45 if kind == "star" and i % 2 else 1) for i in range(count)]
        turns = [angle + 2 * math.pi * i / count for i in range(count)]
        draw.polygon([(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(reach, turns)], fill=colour)
    pixels = np.asarray(image.resize((side, side), Image.LANCZOS)).astype(float)
    return np.clip(pixels + random.normal(0, 20, pixels.shape), 0, 255).astype(np.uint8)


images, labels = [], []
for number, kind in enumerate(corners):
    os.makedirs(f"{out}/shapes/{kind}", exist_ok=True)
    for i in range(300):
        images.append(shape(kind))
        labels.append(number)
        Image.fromarray(images[-1]).save(f"{out}/shapes/{kind}/{i:03}.png")
digits = load_digits()
np.savez(f"{out}/digits.npz", images=(digits.images / 16 * 255).round().astype(np.uint8), labels=digits.target)

for name, x, y in [("shapes", np.array(images) / 255, np.array(labels)), ("digits", digits.images / 16, digits.target)]:
    parts = train_test_split(x.reshape(len(x), -1), y, test_size=0.15, random_state=0, stratify=y)
    for model in [LogisticRegression(max_iter=300), SVC(), RandomForestClassifier(random_state=0), MLPClassifier(random_state=0)]:
        print(f"{name} {type(model).__name__}: {100 * model.fit(parts[0], parts[2]).score(parts[1], parts[3]):.1f} %", flush=True)
