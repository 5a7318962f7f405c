/** One number of a parameter. */
export interface PenaltyEntry {
  readonly name: string;
  readonly value: number;
  readonly gradient: number;
  readonly lambda: number;
  readonly size: number;
  /** the place in the parameter, and how many rows it has */
  readonly index: number;
  readonly rows: number;
}
export type PenaltyTerm = (entry: PenaltyEntry) => number;

export interface PenaltyMistake {
  readonly cause: string;
  readonly message: string;
  /** the terms of the penalty; right by default */
  readonly term?: PenaltyTerm;
  /** the function of the sum */
  readonly total?: (sum: number, lambda: number) => number;
  /** the term that is added to each gradient; right by default */
  readonly added?: PenaltyTerm;
}

export const names = ["fc1_w", "fc1_b", "fc2_w"];
export const shapes = [[3, 4], [4], [2, 5]];

/** Mistakes that any penalty can have. */
export function commonMistakes(term: PenaltyTerm, added: PenaltyTerm): PenaltyMistake[] {
  // in the penalty and the gradients, or in one of them
  const only = (cause: string, message: string, names: readonly string[]): PenaltyMistake[] =>
    where(cause, message, ({ name }) => names.includes(name));
  const where = (cause: string, message: string, isIn: (entry: PenaltyEntry) => boolean): PenaltyMistake[] => {
    const inPenalty = { term: (entry: PenaltyEntry) => (isIn(entry) ? term(entry) : 0) };
    const inGradients = { added: (entry: PenaltyEntry) => (isIn(entry) ? added(entry) : 0) };
    return [
      { cause, message, ...inPenalty, ...inGradients },
      { cause, message: `the penalty is incomplete: ${message}`, ...inPenalty },
      { cause, message: `the gradients are incomplete: ${message}`, ...inGradients },
    ];
  };
  const total = (cause: string, message: string, of: (sum: number, lambda: number) => number): PenaltyMistake => ({
    cause,
    message,
    total: of,
  });
  const count = shapes.reduce((size, shape) => size + shape.reduce((product, length) => product * length, 1), 0);
  return [
    ...only("one-parameter", "only the first parameter is penalized", ["fc1_w"]),
    ...only("one-parameter", "only the last parameter is penalized", ["fc2_w"]),
    ...only("one-parameter", "the first parameter is not penalized", ["fc1_b", "fc2_w"]),
    ...only("one-parameter", "the last parameter is not penalized", ["fc1_w", "fc1_b"]),
    ...only("bias-excluded", "the biases are not penalized; weights and biases should both be penalized", [
      "fc1_w",
      "fc2_w",
    ]),
    ...only("one-parameter", "only the biases are penalized", ["fc1_b"]),
    ...where(
      "one-row",
      "the number of penalized entries of a parameter is its number of rows",
      ({ index, rows }) => index < rows,
    ),
    ...where("one-entry", "the first entry of each parameter is not penalized", ({ index }) => index > 0),
    ...where("one-entry", "the last entry of each parameter is not penalized", ({ index, size }) => index < size - 1),
    ...where("one-entry", "only the first entry of each parameter is penalized", ({ index }) => index === 0),
    total("missing-lambda", "the penalty lacks the factor λ", (sum, lambda) => sum / lambda),
    total("wrong-formula", "the penalty contains λ twice", (sum, lambda) => sum * lambda),
    total("wrong-formula", "the penalty is divided by λ", (sum, lambda) => sum / lambda ** 2),
    total("factor-2", "the penalty is half as large as it should be", (sum) => sum / 2),
    total("extra-1/N", "the penalty is a mean over all numbers; it should be a sum", (sum) => sum / count),
    total(
      "extra-1/N",
      "the penalty is divided by the number of parameters; it should be a sum",
      (sum) => sum / shapes.length,
    ),
    total(
      "wrong-formula",
      "λ is added once to the sum; it should be multiplied by it",
      (sum, lambda) => sum / lambda + lambda,
    ),
    {
      cause: "extra-1/N",
      message: "the penalty sums the means of the parameters; it should sum over all of their numbers",
      term: (entry) => term(entry) / entry.size,
    },
    {
      cause: "wrong-input",
      message: "the penalty is computed from the gradients; it should be computed from the values",
      term: (entry) => term({ ...entry, value: entry.gradient }),
    },
    {
      cause: "wrong-input",
      message: "the penalty is computed from the gradients after the addition; it should be computed from the values",
      term: (entry) => term({ ...entry, value: entry.gradient + added(entry) }),
    },
    {
      cause: "overwritten",
      message: "the gradient of the penalty replaces the gradient of the loss; it should be added to it",
      added: (entry) => added(entry) - entry.gradient,
    },
    {
      cause: "multiplied",
      message: "the gradient of the loss is multiplied by the gradient of the penalty; the two should be added",
      added: (entry) => entry.gradient * added(entry) - entry.gradient,
    },
    {
      cause: "sign",
      message: "the gradient of the penalty is subtracted; it should be added",
      added: (entry) => -added(entry),
    },
    {
      cause: "missing-lambda",
      message: "the term that is added to the gradients lacks the factor λ",
      added: (entry) => added({ ...entry, lambda: 1 }),
    },
    {
      cause: "wrong-formula",
      message: "the term that is added to the gradients is divided by λ",
      added: (entry) => added({ ...entry, lambda: 1 / entry.lambda }),
    },
    {
      cause: "wrong-formula",
      message: "the term that is added to the gradients contains λ twice",
      added: (entry) => added({ ...entry, lambda: entry.lambda ** 2 }),
    },
    {
      cause: "wrong-input",
      message: "the added term is computed from the gradients; it should be computed from the values",
      added: (entry) => added({ ...entry, value: entry.gradient }),
    },
    {
      cause: "missing-gradient",
      message: "nothing is added to the gradients",
      added: () => 0,
    },
    {
      cause: "extra-1/N",
      message: "the added term is divided by the number of entries of the parameter",
      added: (entry) => added(entry) / entry.size,
    },
    {
      cause: "extra-1/N",
      message: "the added term is divided by the number of all entries",
      added: (entry) => added(entry) / count,
    },
    {
      cause: "wrong-formula",
      message: "the penalty itself is added to the gradients; its derivative should be",
      added: term,
    },
    {
      cause: "wrong-formula",
      message: "λ is added to each gradient: the part with θ is missing",
      added: ({ lambda }) => lambda,
    },
    {
      cause: "factor-2",
      message: "the added term is half as large as it should be",
      added: (entry) => added(entry) / 2,
    },
    {
      cause: "factor-2",
      message: "the added term is twice as large as it should be",
      added: (entry) => 2 * added(entry),
    },
    { cause: "factor-2", message: "the penalty is twice as large as it should be", term: (entry) => 2 * term(entry) },
  ];
}
