"""scikit-learn's MLPClassifier on a table: python tableClassifier.py TRAIN.csv TEST.csv TARGET SEED THREADS EARLY

THREADS is 0 for the default of the BLAS, EARLY 1 for early_stopping; every other setting is the default. Numbers are imputed with the mean
and standardized, texts one-hot, with missing values as a category; the column id is left out. Prints {"accuracy": …, "fit": seconds}.
"""
import csv
import json
import os
import sys
import time
import warnings

train_file, test_file, target, seed, threads, early = sys.argv[1:]
if int(threads) > 0:
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = threads
import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.impute import SimpleImputer
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.simplefilter("ignore", ConvergenceWarning)
GAPS = ("", "NA")


def read(file):
    with open(file, newline="") as lines:
        return list(csv.DictReader(lines))


def is_number(cell):
    try:
        return cell in GAPS or float(cell) is not None
    except ValueError:
        return False


train, test = read(train_file), read(test_file)
names = [name for name in train[0] if name not in (target, "id")]
numbers = [name for name in names if all(is_number(row[name]) for row in train)]
texts = [name for name in names if name not in numbers]


def columns(rows):
    values = [[np.nan if row[name] in GAPS else float(row[name]) for name in numbers] for row in rows]
    return np.array(values, float), np.array([[row[name] for name in texts] for row in rows], object)


start = time.perf_counter()
scaled, one_hot = make_pipeline(SimpleImputer(), StandardScaler()), OneHotEncoder(handle_unknown="ignore", sparse_output=False)
x, t = columns(train)
x = np.hstack([scaled.fit_transform(x), one_hot.fit_transform(t)])
model = MLPClassifier(early_stopping=early == "1", random_state=int(seed)).fit(x, [row[target] for row in train])
seconds = time.perf_counter() - start
x, t = columns(test)
x = np.hstack([scaled.transform(x), one_hot.transform(t)])
print(json.dumps({"accuracy": model.score(x, [row[target] for row in test]), "fit": seconds}))
