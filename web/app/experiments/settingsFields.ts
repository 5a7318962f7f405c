import { activationNames, optimizerNames, scheduleNames, type TrainSettings } from "handgrad";

// The most common settings as fields of a form; all others are given as JSON.

interface FieldBase {
  readonly name: keyof TrainSettings;
  readonly label: string;
  readonly help: string;
}

export interface NumberSetting extends FieldBase {
  readonly kind: "number";
  readonly minimum?: number;
  readonly maximum?: number;
  readonly whole?: boolean;
  readonly unit?: string;
  /** shown if neither the user nor the data gives a value */
  readonly fallback: number;
}

export interface ChoiceSetting extends FieldBase {
  readonly kind: "choice";
  readonly options: readonly string[];
}

export type SettingField = NumberSetting | ChoiceSetting;

export const settingFields: readonly SettingField[] = [
  {
    ...{ kind: "choice", name: "optimizer", label: "Optimizer", options: optimizerNames },
    help: "The rule that turns gradients into changes of the weights. With another optimizer, its own learning rate becomes the default.",
  },
  {
    ...{ kind: "number", name: "learningRate", label: "Learning rate η", minimum: 1e-9, fallback: 0.1 },
    help: "The size of each step. Too large: the loss jumps or becomes infinite. Too small: it hardly falls.",
  },
  {
    ...{ kind: "choice", name: "schedule", label: "Schedule", options: scheduleNames },
    help: "How the learning rate changes over the run. constant keeps it.",
  },
  {
    ...{ kind: "choice", name: "regularization", label: "Regularization", options: ["none", "l1", "l2"] },
    help: "A penalty on the size of all weights: l1 adds λ·Σ|θ| to the loss, l2 adds λ·Σθ².",
  },
  {
    ...{ kind: "number", name: "lambda", label: "Its factor λ", minimum: 0, fallback: 0 },
    help: "The strength of the penalty, for example 0.001. It needs a regularization.",
  },
  {
    ...{ kind: "number", name: "weightDecay", label: "Weight decay", minimum: 0, fallback: 0 },
    help: "Each step shrinks the weights by this share, not multiplied by the learning rate: θ ← θ − λθ. With adam this is AdamW.",
  },
  {
    ...{ kind: "choice", name: "activation", label: "Activation", options: activationNames },
    help: "The function between the layers of a network that is given by its hidden layers.",
  },
  {
    ...{ kind: "number", name: "keepProb", label: "Dropout keeps", minimum: 0, maximum: 1, fallback: 1 },
    help: "In training, dropout keeps a value with this probability, and sets it to 0 otherwise. 1 means no dropout.",
  },
  {
    ...{ kind: "number", name: "batchSize", label: "Batch size", minimum: 1, whole: true, unit: "rows", fallback: 100 },
    help: "The number of rows in each step.",
  },
  {
    ...{ kind: "number", name: "epochs", label: "Epochs", minimum: 1, whole: true, fallback: 5 },
    help: "How many times training sees all training rows. A run can be extended later.",
  },
  {
    ...{ kind: "number", name: "seed", label: "Seed", minimum: 0, maximum: 4294967293, whole: true, fallback: 123 },
    help: "Draws the initial weights and the order of the rows. The same seed gives the same run, bit for bit.",
  },
];

/** The default value of a setting, as the form shows it. */
export function defaultOf(field: SettingField, defaults: TrainSettings | undefined): number | string {
  const value = defaults?.[field.name];
  if (field.name === "schedule") return defaults?.schedule.kind ?? "constant";
  if (typeof value === "number" || typeof value === "string") return value;
  return field.kind === "number" ? field.fallback : field.options[0];
}

/** "128, 64" as sizes. Throws an Error that says what was expected. */
export function parseHidden(text: string): number[] | undefined {
  if (text.trim() === "") return undefined;
  const sizes = text
    .split(/[\s,;]+/)
    .filter((part) => part !== "")
    .map(Number);
  if (sizes.some((size) => !Number.isInteger(size) || size < 1))
    throw new Error(`expected sizes of at least 1 with commas between them, such as 128, 64; found "${text}"`);
  return sizes;
}

/** Settings as a JSON object. Throws an Error that says what was expected. */
export function parseFurther(text: string): Record<string, unknown> {
  if (text.trim() === "") return {};
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`expected JSON such as {"clipNorm": 1}; ${(error as Error).message}`);
  }
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new Error(`expected an object such as {"clipNorm": 1}, found ${text.trim().slice(0, 20)}`);
  return json as Record<string, unknown>;
}

/** The changed settings in the format of the worker, where a schedule is an object with its kind; `further` overrides the fields. */
export function givenOf(
  changed: Readonly<Record<string, number | string>>,
  further: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { schedule, ...rest } = changed;
  return { ...rest, ...(schedule !== undefined && { schedule: { kind: schedule } }), ...further };
}
