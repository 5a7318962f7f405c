import { type activations, type initializers, type OptimizerName, optimizers, type schedules } from "handgrad";

// Texts of the controls in addition to the tables of the library: titles, ranges and a sentence for each.

export interface NumberOption {
  readonly kind: "number";
  readonly title: string;
  readonly about: string;
  readonly least: number;
  readonly most: number;
  readonly step: number;
  /** the default of the library */
  readonly usual: number;
}

interface FlagOption {
  readonly kind: "flag";
  readonly title: string;
  readonly about: string;
  readonly usual: boolean;
}

const fraction = { kind: "number", least: 0, most: 0.9999, step: 0.01 } as const;

/** The options of optimizers besides the learning rate and the decay, by their names in the library. */
export const optimizerOptions: Readonly<Record<string, NumberOption | FlagOption>> = {
  momentum: {
    ...fraction,
    title: "Momentum",
    usual: 0,
    about: "The share of the last step that each step repeats, so that steps in one direction become longer.",
  },
  nesterov: {
    kind: "flag",
    title: "Nesterov",
    usual: false,
    about: "Adds the momentum before the gradient is used, so that steps look ahead.",
  },
  beta1: { ...fraction, title: "β₁", usual: 0.9, about: "How slowly the running mean of the gradients changes." },
  beta2: {
    ...fraction,
    title: "β₂",
    usual: 0.999,
    about: "How slowly the running mean of the squared gradients changes.",
  },
  epsilon: {
    kind: "number",
    title: "ε",
    least: 0,
    most: 1,
    step: 1e-8,
    usual: 1e-8,
    about: "A small number added to the divisor, so that small gradients do not make large steps.",
  },
  amsgrad: {
    kind: "flag",
    title: "AMSGrad",
    usual: false,
    about: "Divides by the largest running mean so far, so that steps never become longer again.",
  },
  alpha: {
    ...fraction,
    title: "α",
    usual: 0.99,
    about: "How slowly the running mean of the squared gradients changes.",
  },
  momentumDecay: {
    kind: "number",
    title: "Momentum decay",
    least: 0,
    most: 1,
    step: 0.001,
    usual: 0.004,
    about: "How quickly NAdam’s momentum rises to β₁.",
  },
  adamRatio: {
    kind: "number",
    title: "Adam ratio",
    least: 0,
    most: 10,
    step: 0.01,
    usual: 0.015,
    about: "The learning rate of the biases, which Muon leaves to Adam, as a multiple of the learning rate.",
  },
};

/** Defaults that differ between optimizers. */
const usualOf: Partial<Record<OptimizerName, Readonly<Record<string, number | boolean>>>> = {
  lion: { beta2: 0.99 },
  muon: { momentum: 0.95, nesterov: true, beta2: 0.95, epsilon: 1e-10 },
  adagrad: { epsilon: 1e-10 },
};

/** The default of an option of an optimizer. */
export function usualValue(optimizer: OptimizerName, option: string): number | boolean {
  return usualOf[optimizer]?.[option] ?? optimizerOptions[option].usual;
}

/** The names of an optimizer's options that have a control: all except lists of layers. */
export function optionsOf(optimizer: OptimizerName): string[] {
  return Object.keys(optimizers[optimizer].options.entries).filter((name) => name in optimizerOptions);
}

type Titled<Name extends string> = Readonly<Record<Name, { readonly title: string; readonly about: string }>>;

export const activationTitles: Titled<keyof typeof activations> = {
  gelu: { title: "GELU", about: "x times the normal probability of a value below x, approximated with tanh" },
  geluExact: { title: "GELU exact", about: "x times the normal probability of a value below x" },
  relu: { title: "ReLU", about: "x above 0, otherwise 0" },
  leakyRelu: { title: "Leaky ReLU", about: "x above 0, otherwise a hundredth of x" },
  tanh: { title: "tanh", about: "an S from −1 to 1" },
  sigmoid: { title: "Sigmoid", about: "an S from 0 to 1" },
  silu: { title: "SiLU", about: "x times its sigmoid" },
  softplus: { title: "Softplus", about: "a smooth ReLU, log(1 + eˣ)" },
  elu: { title: "ELU", about: "x above 0, below it eˣ − 1" },
  selu: { title: "SELU", about: "ELU, scaled so that outputs keep a standard deviation of 1" },
  hardSwish: { title: "Hard swish", about: "a piecewise approximation of SiLU" },
};

export const optimizerTitles: Titled<OptimizerName> = {
  sgd: { title: "SGD", about: "a step against the gradient, with momentum if you set it" },
  adam: { title: "Adam", about: "a step of similar length for each weight, from running means of its gradients" },
  nadam: { title: "NAdam", about: "Adam that looks one step ahead" },
  rmsprop: { title: "RMSprop", about: "the gradient divided by its recent size" },
  adagrad: {
    title: "Adagrad",
    about: "the gradient divided by the root of the sum of its past squares, so that steps become shorter",
  },
  lion: { title: "Lion", about: "the sign of a running mean; use a small learning rate" },
  muon: { title: "Muon", about: "a step that changes all directions of a weight matrix equally" },
};

export const scheduleTitles: Titled<keyof typeof schedules> = {
  constant: { title: "Constant", about: "the same learning rate in all steps" },
  step: { title: "Steps", about: "a tenth after every 30 epochs" },
  exponential: { title: "Exponential", about: "5 % less after each epoch" },
  cosine: { title: "Cosine", about: "half a cosine down to 0" },
  oneCycle: { title: "One cycle", about: "up in the first 30 %, then down to nearly 0" },
  triangle: { title: "Triangle", about: "straight up in the first 20 %, then straight down to 0" },
  plateau: { title: "Plateau", about: "a tenth whenever the validation loss has not improved for 10 epochs" },
};

export const initializerTitles: Titled<keyof typeof initializers> = {
  he: { title: "He", about: "normal with standard deviation √(2/inputs), for ReLU and similar activations" },
  xavier: { title: "Xavier", about: "normal with standard deviation √(2/(inputs + outputs)), for tanh and sigmoid" },
  lecun: { title: "LeCun", about: "normal with standard deviation √(1/inputs), for SELU" },
  orthogonal: { title: "Orthogonal", about: "an orthogonal matrix" },
  identity: { title: "Identity", about: "each unit starts as a copy of one input" },
  scaled: { title: "Scaled", about: "normal with a standard deviation that you set" },
  zeros: { title: "Zeros", about: "all weights 0, with which hidden layers learn nothing" },
};

export const lossTitles = {
  crossEntropy: { title: "Cross-entropy", about: "−log of the probability of the right class" },
  binaryCrossEntropy: { title: "Binary cross-entropy", about: "each class against all others" },
  meanSquaredError: { title: "Mean squared error", about: "the square of the difference" },
  meanAbsoluteError: { title: "Mean absolute error", about: "the absolute difference" },
  huber: { title: "Huber", about: "squared for small differences, linear for large ones" },
} as const;

export const normTitles = {
  none: "No norm",
  batch: "Batch norm",
  layer: "Layer norm",
} as const;
