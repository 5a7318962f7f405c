"""scikit-learn compared with Handgrad on tables: python tables.py export FOLDER VEGA VEGA1, then python tables.py score FOLDER NAME.

`export` writes each table as FOLDER/NAME.csv and FOLDER/tables.json with the target and the task of each; VEGA and VEGA1 are folders of the npm
package vega-datasets, versions 3 and 1. `score` reads FOLDER/NAME.rows.json, {seed: {train: […], test: […]}}, row numbers of the CSV without its header, and
writes FOLDER/NAME.scores.json, {model: {seed: {score, rows}}}: accuracy or R², and for each test row 1 or 0, or minus the squared error.
Every model has its default settings. Numbers are imputed with the median (and standardized for the linear models and the MLP), texts are
one-hot, dates are the year and the position in the year as sine and cosine. A text column with a different value in more than half of the rows is
left out; models called "… with words" get the words of these columns (CountVectorizer, in at least three training rows) as well.
"""
import csv
import json
import os
import re
import sys
import time
import warnings

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"
import numpy as np

warnings.simplefilter("ignore")


def write(folder, name, header, rows):
    with open(os.path.join(folder, name + ".csv"), "w", newline="") as file:
        out = csv.writer(file)
        out.writerow(header)
        out.writerows(rows)


def from_arrays(folder, name, x, y, names=None):
    header = list(names) if names is not None else ["x%d" % i for i in range(x.shape[1])]
    write(folder, name, header + ["target"], [[*map(repr_number, row), label] for row, label in zip(x, y)])


def repr_number(value):
    return "" if value is None or value != value else "%.9g" % value


def dated(cells):
    """Dates as the year, and the position in the year as sine and cosine; only the year if all dates are the same day of the year."""
    year, month, day = np.array([list(map(int, cell.replace("/", "-").split("-"))) for cell in cells]).T
    angle = 2 * np.pi * (month - 1 + (day - 1) / 31) / 12
    return [year.astype(float)] + ([np.sin(angle), np.cos(angle)] if len(set(angle)) > 1 else [])


def of_records(folder, name, rows):
    header = list(rows[0])
    write(folder, name, header, [["" if row[key] is None else row[key] for key in header] for row in rows])


def export(folder, vega):
    from sklearn import datasets as d

    data = os.path.join(vega, "data")
    tables = {}

    def add(name, target="target", task="classification", group="issue"):
        tables[name] = {"target": target, "task": task, "group": group}

    for name, load in {"iris": d.load_iris, "wine": d.load_wine, "breast-cancer": d.load_breast_cancer, "digits": d.load_digits}.items():
        bunch = load()
        from_arrays(folder, name, bunch.data, [str(bunch.target_names[t]) if name != "digits" else "d%d" % t for t in bunch.target],
                    [str(n).replace(" ", "_") for n in bunch.feature_names])
        add(name)
    bunch = d.load_diabetes()
    from_arrays(folder, "diabetes", bunch.data, bunch.target, bunch.feature_names)
    add("diabetes", task="regression")
    x, y = d.make_friedman1(1000, noise=1.0, random_state=0)
    from_arrays(folder, "friedman1", x, y)
    add("friedman1", task="regression")
    rows = [row for row in json.load(open(os.path.join(data, "penguins.json"))) if row["Body Mass (g)"] is not None]
    of_records(folder, "penguins", [{**row, "Sex": row["Sex"] if row["Sex"] in ("MALE", "FEMALE") else None} for row in rows])
    add("penguins", "Body Mass (g)", "regression")
    cars = json.load(open(os.path.join(data, "cars.json")))
    of_records(folder, "cars-mpg", [row for row in cars if row["Miles_per_Gallon"] is not None])
    add("cars-mpg", "Miles_per_Gallon", "regression")
    of_records(folder, "cars-origin", cars)
    add("cars-origin", "Origin")
    # Version 1 of the package has other weather labels than later versions, whose labels are simpler: rain if precipitation is above 0
    for name, package, group in ("seattle-weather", sys.argv[4], "issue"), ("seattle-weather-3", vega, "held out"):
        weather = list(csv.DictReader(open(os.path.join(package, "data", "seattle-weather.csv"))))
        of_records(folder, name, weather)
        add(name, "weather", group=group)

    r = np.random.RandomState(7)
    x, y = d.make_moons(400, noise=0.3, random_state=1)
    from_arrays(folder, "moons", x, ["m%d" % t for t in y])
    add("moons", group="held out")
    x, y = d.make_classification(800, 20, n_informative=6, n_redundant=4, n_classes=3, flip_y=0.1, random_state=2)
    from_arrays(folder, "classification", x, ["c%d" % t for t in y])
    add("classification", group="held out")
    x = r.randn(1500, 11) * np.array([1.7, 0.18, 0.19, 1.4, 0.05, 10, 33, 0.002, 0.15, 0.17, 1.1])
    x[:, [3, 4, 6]] = np.exp(0.5 * r.randn(1500, 3)) * [2, 0.08, 40]
    s = 0.5 * x[:, 10] - 4 * np.abs(x[:, 1]) + 1.0 * x[:, 9] / 0.17 * 0.4 - 0.01 * np.maximum(x[:, 6] - 50, 0) + 0.7 * r.randn(1500)
    y = np.digitize(s, np.quantile(s, [0.01, 0.05, 0.45, 0.84, 0.98]))
    from_arrays(folder, "quality", x, ["q%d" % t for t in y])
    add("quality", group="held out")
    x, y = d.make_classification(60, 8, n_informative=4, random_state=5)
    from_arrays(folder, "sixty", x, ["s%d" % t for t in y])
    add("sixty", group="held out")
    x, y = d.make_classification(120, 400, n_informative=12, n_redundant=0, class_sep=2.0, random_state=6)
    from_arrays(folder, "wide", x, ["w%d" % t for t in y])
    add("wide", group="held out")
    x, y = d.make_regression(100, 150, n_informative=10, noise=20, random_state=6)
    from_arrays(folder, "wide-regression", x, y)
    add("wide-regression", task="regression", group="held out")
    x, y = d.make_classification(1200, 12, n_informative=5, weights=[0.93], random_state=8)
    from_arrays(folder, "imbalanced", x, ["i%d" % t for t in y])
    add("imbalanced", group="held out")
    n = 1500
    effect, other = r.randn(40), r.randn(12)
    a, b = r.randint(0, 40, n), r.randint(0, 12, n)
    z = r.rand(n)
    y = effect[a] + other[b] * (z > 0.5) + 2 * np.sin(4 * z) + 0.5 * r.randn(n)
    write(folder, "categories", ["shop", "kind", "z", "target"],
          [["s%d" % i, "k%d" % j, repr_number(q), repr_number(t)] for i, j, q, t in zip(a, b, z, y)])
    add("categories", task="regression", group="held out")
    x = np.exp(1.5 * r.randn(1000, 6)) * (1 - 2 * (r.rand(1000, 6) < 0.2))
    y = np.log1p(np.abs(x[:, 0])) - 0.7 * np.sign(x[:, 1]) + (np.abs(x[:, 2]) > 1) * np.log1p(np.abs(x[:, 3])) + 0.4 * r.randn(1000)
    from_arrays(folder, "heavy-tails", x, y)
    add("heavy-tails", task="regression", group="held out")
    x, y = d.make_friedman2(600, noise=80, random_state=3)
    from_arrays(folder, "friedman2", x, y)
    add("friedman2", task="regression", group="held out")
    n = 3000  # similar to California housing: locations, skewed counts, a steep function of the location
    lat, lon = r.rand(n), r.rand(n)
    income, rooms, age = np.exp(0.5 * r.randn(n)) * 3.5, np.exp(0.3 * r.randn(n)) * 5, r.randint(1, 52, n)
    value = 0.45 * income + 1.5 * np.exp(-((lat - 0.3) ** 2 + (lon - 0.2) ** 2) / 0.01) + np.exp(-((lat - 0.7) ** 2 + (lon - 0.6) ** 2) / 0.03)
    value = np.minimum(5, value + 0.05 * rooms + 0.01 * age + np.abs(lat - lon) + 0.4 * r.randn(n) * np.sqrt(income / 3.5))
    from_arrays(folder, "housing", np.column_stack([income, rooms, age, lat, lon]), value)
    add("housing", task="regression", group="held out")
    x, y = d.make_classification(20000, 20, n_informative=10, n_classes=4, n_clusters_per_class=3, flip_y=0.05, random_state=9)
    from_arrays(folder, "twenty-thousand", x, ["t%d" % t for t in y])
    add("twenty-thousand", group="held out")
    json.dump(tables, open(os.path.join(folder, "tables.json"), "w"), indent=1)
    digits = d.load_digits()
    np.savez(os.path.join(folder, "digits-images.npz"), x=np.round(digits.images * 15.9).astype(np.uint8), y=digits.target)


def is_number(cell):
    try:
        return cell == "" or float(cell) is not None
    except ValueError:
        return False


def is_date(cell):
    return re.fullmatch(r"\d{4}[-/]\d\d[-/]\d\d", cell) is not None


def columns_of(folder, name, about):
    with open(os.path.join(folder, name + ".csv"), newline="") as file:
        rows = list(csv.DictReader(file))
    if about["task"] == "regression":
        y = np.array([float(row[about["target"]]) for row in rows])
    else:
        y = np.array([row[about["target"]] for row in rows])
    numbers, texts, varied = [], [], []
    for key in rows[0]:
        if key == about["target"]:
            continue
        cells = [row[key] for row in rows]
        if all(map(is_number, cells)):
            numbers.append(np.array([float(cell) if cell else np.nan for cell in cells]))
        elif all(map(is_date, cells)):
            numbers += dated(cells)
        else:
            (texts if len(set(cells)) <= len(cells) / 2 else varied).append(cells)
    of_texts = [np.array(columns, dtype=object).T.reshape(len(rows), -1) for columns in (texts, varied)]
    return np.array(numbers, dtype=float).T.reshape(len(rows), -1), *of_texts, y


def score(folder, name):
    from sklearn.compose import ColumnTransformer
    from sklearn.ensemble import (HistGradientBoostingClassifier, HistGradientBoostingRegressor, RandomForestClassifier,
                                  RandomForestRegressor)
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    if name == "digits-images":
        archive = np.load(os.path.join(folder, "digits-images.npz"))
        numbers, y, task = archive["x"].reshape(len(archive["y"]), -1).astype(float), archive["y"], "classification"
        texts = varied = np.empty((len(y), 0), dtype=object)
    else:
        about = json.load(open(os.path.join(folder, "tables.json")))[name]
        task = about["task"]
        numbers, texts, varied, y = columns_of(folder, name, about)
    x = np.concatenate([numbers.astype(object), texts, varied], axis=1)
    n, m = numbers.shape[1], texts.shape[1]

    def pipeline(model, standardize, words=False):
        number = make_pipeline(SimpleImputer(strategy="median"), *([StandardScaler()] if standardize else []))
        text = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
        columns = [("number", number, list(range(n))), ("text", text, list(range(n, n + m)))]
        if words:
            vectorizer = CountVectorizer(binary=True, min_df=3, token_pattern=r"\w+")
            columns += [("words %d" % i, vectorizer, i) for i in range(n + m, x.shape[1])]
        return make_pipeline(ColumnTransformer(columns, sparse_threshold=0), model)

    classify = task == "classification"
    kinds = {
        "boosting": (HistGradientBoostingClassifier if classify else HistGradientBoostingRegressor, True, False),
        "forest": (RandomForestClassifier if classify else RandomForestRegressor, True, False),
        "MLP": (MLPClassifier if classify else MLPRegressor, True, True),
        "linear": (LogisticRegression if classify else Ridge, False, True),
        **({} if classify else {"least squares": (LinearRegression, False, True)}),
    }
    models = {}
    for words in [False, True] if varied.shape[1] else [False]:
        for model, (kind, seeded, standardize) in kinds.items():
            models[model + " with words" * words] = lambda seed, kind=kind, seeded=seeded, standardize=standardize, words=words: pipeline(
                kind(**({"random_state": seed} if seeded else {})), standardize, words)
    splits = json.load(open(os.path.join(folder, name + ".rows.json")))
    scores = {}
    for model, make in models.items():
        scores[model] = {}
        for seed, rows in splits.items():
            began = time.process_time()
            fitted = make(int(seed)).fit(x[rows["train"]], y[rows["train"]])
            seconds = time.process_time() - began
            answers, wanted = fitted.predict(x[rows["test"]]), y[rows["test"]]
            each = (answers == wanted).astype(float) if classify else -((answers - wanted) ** 2)
            value = each.mean() if classify else 1 + each.mean() / np.mean((wanted - wanted.mean()) ** 2)
            scores[model][seed] = {"score": float(value), "rows": each.tolist(), "seconds": seconds}
    json.dump(scores, open(os.path.join(folder, name + ".scores.json"), "w"))


if __name__ == "__main__":
    if sys.argv[1] == "export":
        export(sys.argv[2], sys.argv[3])
    else:
        score(sys.argv[2], sys.argv[3])
