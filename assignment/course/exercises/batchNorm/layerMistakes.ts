import type { Mistake } from "../../exercise.ts";
import { columnSums, mapped, plusRow, transposed, zipped } from "../../quantities.ts";
import type { Quantity } from "../../wire.ts";
import {
  byColumn,
  epsilon,
  following,
  layer,
  multiply,
  type NormCase,
  normalized,
  results,
  start,
  statistics,
  times,
  type Variant,
} from "./formulas.ts";

/** y and its gradients where forward is computed otherwise. */
const inForward = (cause: string, message: string, variant: (one: NormCase) => Variant): Mistake<NormCase> => ({
  cause,
  message,
  results: (one) => results(one, variant(one)),
});

const backward = (
  cause: string,
  message: string,
  of: (one: NormCase, made: ReturnType<typeof layer>) => Record<string, Quantity>,
): Mistake<NormCase> => ({ cause, message, results: (one) => of(one, layer(one)) });

const overRows = (one: NormCase): Quantity => {
  const { hat } = normalized(transposed(one.x));
  return plusRow(times(transposed(hat), one.w), one.b);
};

export const layerMistakes: Mistake<NormCase>[] = [
  inForward("sample-variance", "the variance that normalizes has the divisor N − 1 in place of N", () => ({ lost: 1 })),
  inForward("missing-1/N", "the squared deviations are summed and not divided by N", ({ x }) => ({
    lost: x.shape[0] - 1,
  })),
  inForward("epsilon", "epsilon is added to the root; it belongs under the root", () => ({
    scale: (v) => 1 / (Math.sqrt(v) + epsilon),
  })),
  inForward("epsilon", "epsilon is missing under the root", () => ({ scale: (v) => 1 / Math.sqrt(v) })),
  inForward("epsilon", "epsilon is a number of its own (1e-5) and not the one given to the constructor", () => ({
    scale: (v) => 1 / Math.sqrt(v + 1e-5),
  })),
  inForward("epsilon", "epsilon is a number of its own (1e-8) and not the one given to the constructor", () => ({
    scale: (v) => 1 / Math.sqrt(v + 1e-8),
  })),
  inForward("epsilon", "epsilon is squared", () => ({ scale: (v) => 1 / Math.sqrt(v + epsilon ** 2) })),
  inForward("missing-root", "x − μ is divided by the variance; the root is missing", () => ({
    scale: (v) => 1 / (v + epsilon),
  })),
  inForward("inverse", "x − μ is multiplied by the deviation and should be divided by it", () => ({
    scale: (v) => Math.sqrt(v + epsilon),
  })),
  inForward("missing-term", "x − μ is not divided by the deviation", () => ({ scale: () => 1 })),
  inForward(
    "missing-mean",
    "the squares in the variance are those of x; the mean of the batch is not subtracted in them",
    ({ x }) => ({ used: { mean: statistics(x).mean, variance: statistics(mapped(x, (value) => value ** 2)).mean } }),
  ),
  inForward("missing-term", "the mean is not subtracted from x", ({ x }) => ({
    used: { ...statistics(x), mean: start(x.shape[1]).mean },
  })),
  inForward(
    "swapped",
    "in training, forward normalizes with the running statistics; these are for evaluation",
    ({ x }) => ({ used: start(x.shape[1]) }),
  ),
  inForward(
    "swapped",
    "in training, forward normalizes with the running statistics that this batch has changed; it should use those of the batch",
    ({ x }) => ({ used: following([x]) }),
  ),
  {
    cause: "wrong-axis",
    message: "mean and variance are those of each example; each feature needs its own, over the batch",
    results: (one) => ({ y: overRows(one) }),
  },
  { cause: "missing-bias", message: "y lacks b", results: (one) => ({ y: times(layer(one).hat, one.w) }) },
  {
    cause: "missing-factor",
    message: "y lacks the factor w",
    results: (one) => ({ y: plusRow(layer(one).hat, one.b) }),
  },
  { cause: "missing-term", message: "y is x̂: w and b are missing", results: (one) => ({ y: layer(one).hat }) },
  {
    cause: "order",
    message: "y is w·(x̂ + b): b is added before the multiplication",
    results: (one) => ({ y: times(plusRow(layer(one).hat, one.b), one.w) }),
  },
  {
    cause: "exchanged",
    message: "w and b are exchanged",
    results: (one) => ({ y: plusRow(times(layer(one).hat, one.b), one.w) }),
  },
  {
    cause: "sign",
    message: "x is subtracted from the mean; x̂ has the wrong sign",
    results: (one) => ({
      y: plusRow(
        times(
          layer(one).hat,
          mapped(one.w, (v) => -v),
        ),
        one.b,
      ),
    }),
  },
  backward("missing-term", "dx treats μ and σ² as constants; both depend on x", (_, { terms }) => ({ dx: terms[0] })),
  ...(
    [
      ["N − 1", ([batch]) => batch - 1],
      ["the number of features", ([, features]) => features],
    ] as [string, (shape: readonly number[]) => number][]
  ).map(([words, divisor]) =>
    backward(
      "wrong-divisor",
      `the means in dx have the divisor ${words}; it is the size of the batch`,
      ({ x }, { terms }) => ({
        dx: zipped(
          terms[0],
          zipped(terms[1], terms[2], (a, c) => ((a + c) * x.shape[0]) / divisor(x.shape)),
          (a, c) => a + c,
        ),
      }),
    ),
  ),
  backward("missing-factor", "the last term of dx lacks x̂", (_, { terms, hat }) => ({
    dx: zipped(
      zipped(terms[0], terms[1], (a, c) => a + c),
      zipped(terms[2], hat, (a, c) => a / c),
      (a, c) => a + c,
    ),
  })),
  backward("missing-factor", "dx lacks the factor w", ({ w }, { dx }) => ({ dx: byColumn(dx, w, (a, b) => a / b) })),
  backward("extra-factor", "dx has the factor w twice", ({ w }, { dx }) => ({ dx: times(dx, w) })),
  backward("missing-factor", "dx lacks the division by √(σ² + ε)", (_, { dx, factors }) => ({
    dx: byColumn(dx, factors, (a, b) => a / b),
  })),
  backward("missing-root", "dx is divided by σ² + ε and should be divided by its root", (_, { dx, factors }) => ({
    dx: times(dx, factors),
  })),
  backward("inverse", "dx is multiplied by √(σ² + ε) and should be divided by it", (_, { dx, factors }) => ({
    dx: byColumn(dx, factors, (a, b) => a / b ** 2),
  })),
  backward("missing-factor", "dx has w·dy in one of its terms and dy in the others", ({ w }, { terms }) => ({
    dx: zipped(
      terms[0],
      byColumn(
        zipped(terms[1], terms[2], (a, b) => a + b),
        w,
        (a, b) => a / b,
      ),
      (a, b) => a + b,
    ),
  })),
  ...[1, 2].map((at) =>
    backward(
      "missing-factor",
      `dx lacks w in the term with the mean of ${at === 1 ? "dy" : "dy·x̂"}`,
      ({ w }, { terms }) => ({
        dx: terms
          .map((term, i) => (i === at ? byColumn(term, w, (a, b) => a / b) : term))
          .reduce((sum, term) => zipped(sum, term, (a, b) => a + b)),
      }),
    ),
  ),
  backward(
    "wrong-input",
    "dx uses x − μ instead of x̂, so the last term lacks a division by √(σ² + ε)",
    (_, { terms, factors }) => ({
      dx: zipped(
        zipped(terms[0], terms[1], (a, b) => a + b),
        byColumn(terms[2], factors, (a, b) => a / b),
        (a, b) => a + b,
      ),
    }),
  ),
  backward("wrong-input", "dx uses x − μ in both places instead of x̂", (_, { terms, factors }) => ({
    dx: zipped(
      zipped(terms[0], terms[1], (a, b) => a + b),
      byColumn(terms[2], factors, (a, b) => a / b ** 2),
      (a, b) => a + b,
    ),
  })),
  backward("epsilon", "dx is computed without epsilon", ({ w, x }, { dx, factors }) => ({
    dx: times(
      byColumn(dx, multiply(w, factors), (a, b) => a / b),
      multiply(
        w,
        mapped(statistics(x).variance, (v) => 1 / Math.sqrt(v)),
      ),
    ),
  })),
  ...(
    [
      ["dw is computed from x; it needs the normalized x̂", ({ x }) => x],
      ["dw is computed from y; it needs x̂, which has no w and b", (_, { y }) => y],
      [
        "dw is computed from x − μ, which is not divided by √(σ² + ε)",
        (_, { hat, factors }) => byColumn(hat, factors, (a, b) => a / b),
      ],
    ] as [string, (one: NormCase, made: ReturnType<typeof layer>) => Quantity][]
  ).map(([message, of]) =>
    backward("wrong-input", `${message} (and dx uses dw)`, (one, made) => {
      const dw = columnSums(multiply(one.dy, of(one, made)));
      const share = plusRow(
        mapped(made.hat, () => 0),
        mapped(dw, (value) => -value / one.x.shape[0]),
      );
      const last = times(multiply(made.hat, share), multiply(one.w, made.factors));
      return { dw, dx: [made.terms[0], made.terms[1], last].reduce((sum, term) => zipped(sum, term, (a, b) => a + b)) };
    }),
  ),
  backward("wrong-input", "dw is computed from x; it needs the normalized x̂", ({ x, dy }) => ({
    dw: columnSums(multiply(dy, x)),
  })),
  backward("wrong-input", "dw is computed from y; it needs x̂, which has no w and b", ({ dy }, { y }) => ({
    dw: columnSums(multiply(dy, y)),
  })),
  backward("wrong-input", "dw is computed from x − μ, which is not divided by √(σ² + ε)", (_, { dw, factors }) => ({
    dw: zipped(dw, factors, (a, b) => a / b),
  })),
  backward("extra-factor", "dw contains the factor w", ({ w }, { dw }) => ({ dw: multiply(dw, w) })),
  backward("extra-factor", "db contains the factor w", ({ w }, { db }) => ({ db: multiply(db, w) })),
  backward("exchanged", "dw and db are exchanged", (_, { dw, db }) => ({ dw: db, db: dw })),
  backward("missing-factor", "dw lacks the factor x̂: it is the sum of dy alone", (_, { db }) => ({ dw: db })),
];
