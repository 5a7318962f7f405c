import {
  type ActivationName,
  activations,
  type InitializerName,
  initializers,
  type LossName,
  losses,
  type OptimizerName,
  optimizers,
  type ScheduleName,
  schedules,
} from "handgrad";
import { type Axis, decodePoints, drawnClasses, encodePoints, type OwnPoints, plainAxis } from "./data/ownPoints.ts";
import { type DataName, dataNames } from "./data/sets.ts";
import { choiceField, type Field, listField, numberField, wholeField } from "./fields.ts";
import { optimizerOptions, optionsOf } from "./options.ts";
import {
  defaultState,
  type HiddenLayer,
  inputNames,
  limits,
  lossesFor,
  type PlaygroundState,
  taskOf,
} from "./state.ts";

// The address of a state: "data=spiral&layers=relu:4,tanh:2&rate=0.03". What has its default is left out.

const keysOf = <Table extends object>(table: Table) => Object.keys(table) as Extract<keyof Table, string>[];

const activation = choiceField<ActivationName>(keysOf(activations));
const units = wholeField(1, limits.units);
const dropout = wholeField(1, 90);

/** "relu:4", "tanh:2:batch:drop20" */
function readLayer(text: string): HiddenLayer | undefined {
  const [name, size = "", ...rest] = text.split(":");
  const kind = activation.read(name);
  const count = units.read(size);
  if (!kind || !count) return undefined;
  const layer = { units: count, activation: kind, norm: "none", dropout: 0 } as const;
  const withNorm = rest[0] === "batch" || rest[0] === "layer" ? { ...layer, norm: rest.shift() as "batch" } : layer;
  const dropped = rest[0]?.startsWith("drop") ? dropout.read(rest.shift()?.slice(4) ?? "") : 0;
  return rest.length > 0 || dropped === undefined ? undefined : { ...withNorm, dropout: dropped };
}

const writeLayer = ({ units, activation, norm, dropout }: HiddenLayer): string =>
  [activation, units, ...(norm === "none" ? [] : [norm]), ...(dropout > 0 ? [`drop${dropout}`] : [])].join(":");

const layersField: Field<readonly HiddenLayer[]> = {
  expected: `at most ${limits.layers} layers such as relu:4 or tanh:2:batch:drop20, of at most ${limits.units} units`,
  read(text) {
    const layers = text === "none" ? [] : text.split(",").map(readLayer);
    return layers.includes(undefined) || layers.length > limits.layers ? undefined : (layers as HiddenLayer[]);
  },
  write: (layers) => (layers.length === 0 ? "none" : layers.map(writeLayer).join(",")),
};

const data: Field<DataName | "own"> = choiceField([...dataNames, "own"]);
const loss: Field<LossName> = choiceField<LossName>(keysOf(losses));
const seed = wholeField(0, 2 ** 32 - 2);

type Plain = Omit<PlaygroundState, "own" | "options">;

/** The parts of an address in their order, with the names that links have. */
const fields: { readonly [Key in keyof Plain]: readonly [name: string, field: Field<Plain[Key]>] } = {
  data: ["data", data],
  noise: ["noise", wholeField(0, 50)],
  points: ["points", wholeField(10, 2000)],
  train: ["train", wholeField(10, 90)],
  sample: ["sample", seed],
  inputs: ["inputs", listField(inputNames)],
  layers: ["layers", layersField],
  optimizer: ["optimizer", choiceField<OptimizerName>(keysOf(optimizers))],
  rate: ["rate", numberField(1e-7, 100)],
  schedule: ["schedule", choiceField<ScheduleName>(keysOf(schedules))],
  span: ["span", wholeField(1, limits.epoch)],
  regularization: ["regularization", choiceField(["none", "l1", "l2"])],
  lambda: ["lambda", numberField(0, 10)],
  decay: ["decay", numberField(0, 10)],
  batch: ["batch", wholeField(1, 2000)],
  loss: ["loss", loss],
  smoothing: ["smoothing", numberField(0, 0.9)],
  delta: ["delta", numberField(0.001, 100)],
  clip: ["clip", numberField(0, 1000)],
  initializer: ["init", choiceField<InitializerName>(keysOf(initializers))],
  scale: ["scale", numberField(0, 10)],
  seed: ["seed", seed],
  epoch: ["epoch", wholeField(0, limits.epoch)],
};

const plainKeys = keysOf(fields);

const optionFields: Readonly<Record<string, Field<number> | Field<boolean>>> = Object.fromEntries(
  Object.entries(optimizerOptions).map(([name, option]) => [
    name,
    option.kind === "number" ? numberField(option.least, option.most) : yesField(),
  ]),
);

function yesField(): Field<boolean> {
  const { expected, read } = choiceField(["yes", "no"]);
  return {
    expected,
    read: (text) => (read(text) ? text === "yes" : undefined),
    write: (value) => (value ? "yes" : "no"),
  };
}

const ownNames = ["pts", "classes", "x", "y", "target", "stored"];

/** The part of an address behind "?". It contains own points, or the key under which they are stored. */
export function formatAddress(state: PlaygroundState, { stored }: { readonly stored?: string } = {}): string {
  const query = new URLSearchParams();
  for (const key of plainKeys) {
    const [name, field] = fields[key] as readonly [string, Field<unknown>];
    const text = field.write(state[key]);
    if (text !== field.write(defaultState[key])) query.set(name, text);
  }
  for (const [name, value] of Object.entries(state.options)) {
    query.set(name, (optionFields[name] as Field<unknown>).write(value));
  }
  if (stored !== undefined) query.set("stored", stored);
  else if (state.data === "own" && state.own) writeOwn(query, state.own);
  return readable(query);
}

/** Own points as a part of an address. */
export function formatOwn(own: OwnPoints): string {
  const query = new URLSearchParams();
  writeOwn(query, own);
  return readable(query);
}

/** These need no escape behind "#". */
const readable = (query: URLSearchParams): string =>
  query.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%7C", "|");

function writeOwn(query: URLSearchParams, own: OwnPoints): void {
  query.set("pts", encodePoints(own));
  if (own.target) query.set("target", writeAxis(own.target));
  else query.set("classes", own.classNames.map(escapeBar).join("|"));
  for (const name of ["x", "y"] as const) {
    if (writeAxis(own[name]) !== writeAxis(plainAxis(name))) query.set(name, writeAxis(own[name]));
  }
}

// "~" escapes: names come from tables and may contain anything
const escapeBar = (name: string): string => name.replaceAll("~", "~0").replaceAll("|", "~1");
const unescapeBar = (text: string): string => text.replaceAll("~1", "|").replaceAll("~0", "~");

const writeAxis = ({ name, centre, unit }: Axis): string => [escapeBar(name), centre, unit].join("|");

function readAxis(text: string): Axis | undefined {
  const [name, centre, unit, ...rest] = text.split("|");
  const numbers = [centre, unit].map((part) => numberField(-1e300, 1e300).read(part ?? ""));
  if (rest.length > 0 || numbers[0] === undefined || !numbers[1] || numbers[1] < 0) return undefined;
  return { name: unescapeBar(name), centre: numbers[0], unit: numbers[1] };
}

/**
 * A state from an address. Invalid parts keep their default, and `problems` has a line for each. `storedPoints` returns the text of
 * points that are stored under a key.
 */
export function parseAddress(
  text: string,
  storedPoints: (key: string) => string | undefined = () => undefined,
): { readonly state: PlaygroundState; readonly problems: readonly string[] } {
  const query = new URLSearchParams(text);
  const problems: string[] = [];
  const read = <Value>(name: string, field: Field<Value>): Value | undefined => {
    const given = query.get(name);
    if (given === null) return undefined;
    const value = field.read(given);
    if (value === undefined) problems.push(`${name}: expected ${field.expected}, found ${shown(given)}`);
    return value;
  };
  const key = query.get("stored");
  const stored = key === null ? "" : storedPoints(key);
  if (stored === undefined)
    problems.push(
      `stored: expected points that were kept in this browser, found none under ${shown(key as string)}; open the file that was saved with them, or choose other points`,
    );
  for (const [name, value] of new URLSearchParams(stored)) query.set(name, value);
  const plain = Object.fromEntries(
    plainKeys.map((key) => {
      const [name, field] = fields[key] as readonly [string, Field<unknown>];
      return [key, read(name, field) ?? defaultState[key]];
    }),
  ) as unknown as Plain;
  const options: Record<string, number | boolean> = {};
  const allowed = optionsOf(plain.optimizer);
  for (const [name, field] of Object.entries(optionFields)) {
    const value = read(name, field as Field<number | boolean>);
    if (value === undefined) continue;
    if (allowed.includes(name)) options[name] = value;
    else problems.push(`${name}: expected an optimizer that has it, found ${plain.optimizer}`);
  }
  const own = plain.data === "own" ? readOwn(query, read) : undefined;
  const state = { ...plain, options, ...(own && { own }) };
  for (const name of new Set(query.keys())) {
    if (!knownNames.has(name))
      problems.push(`${shown(name)}: expected a known part of a link, found none of this name`);
    else if (query.getAll(name).length > 1) problems.push(`${name}: expected it once, found it several times`);
  }
  const fitting = lossesFor(taskOf(state));
  if (fitting.includes(state.loss)) return { state, problems };
  if (query.has("loss"))
    problems.push(`loss: expected one of ${fitting.join(", ")} for such points, found ${state.loss}`);
  return { state: { ...state, loss: fitting[0] }, problems };
}

/** All names of parts. */
export const knownNames: ReadonlySet<string> = new Set([
  ...plainKeys.map((key) => fields[key][0]),
  ...Object.keys(optionFields),
  ...ownNames,
]);

type Read = <Value>(name: string, field: Field<Value>) => Value | undefined;

const axisField: Field<Axis> = {
  expected: "name|centre|unit with a unit above 0",
  read: readAxis,
  write: writeAxis,
};

const classesField: Field<readonly string[]> = {
  expected: `2 to ${drawnClasses} names of classes, with | between them`,
  read(text) {
    const names = text.split("|").map(unescapeBar);
    return names.length < 2 || names.length > drawnClasses ? undefined : names;
  },
  write: (names) => names.map(escapeBar).join("|"),
};

function readOwn(query: URLSearchParams, read: Read): OwnPoints | undefined {
  if (!query.has("pts")) return undefined;
  const target = read("target", axisField);
  const classNames = target ? [] : (read("classes", classesField) ?? ["class 0", "class 1"]);
  const fits = (target: number) => target < classNames.length;
  const points = read("pts", {
    expected: "points as this page writes them, of the classes that the link names",
    read(text) {
      const found = decodePoints(text, { isNumbers: target !== undefined });
      return target || found?.every((point) => fits(point[2])) ? found : undefined;
    },
    write: String,
  });
  if (!points) return undefined;
  const x = read("x", axisField) ?? plainAxis("x");
  const y = read("y", axisField) ?? plainAxis("y");
  return { points, classNames, x, y, ...(target && { target }) };
}

/** A text from a link in a message: quoted and short. */
const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
