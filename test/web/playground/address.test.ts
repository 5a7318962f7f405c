import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { activations, initializers, losses, optimizers, schedules } from "handgrad";
import { expect, test } from "vitest";
import { formatAddress, formatOwn, knownNames, parseAddress } from "../../../web/app/playground/address.ts";
import { inOrder } from "../../../web/app/playground/data/ownPoints.ts";
import { dataNames } from "../../../web/app/playground/data/sets.ts";
import {
  activationTitles,
  initializerTitles,
  lossTitles,
  optimizerOptions,
  optimizerTitles,
  optionsOf,
  scheduleTitles,
} from "../../../web/app/playground/options.ts";
import {
  defaultState,
  inputNames,
  lossesFor,
  norms,
  type PlaygroundState,
  taskOf,
  withChange,
} from "../../../web/app/playground/state.ts";
import fc from "../../properties.ts";

const name = fc.constantFrom;
const keys = <Table extends object>(table: Table) => fc.constantFrom(...(Object.keys(table) as (keyof Table)[]));
const number = (min: number, max: number) => fc.double({ min, max, noNaN: true }).map((value) => value + 0);
const position = fc.integer({ min: 0, max: 4000 }).map((step) => (3 * step - 6000) / 1000);
const axis = fc.record({ name: fc.string(), centre: number(-1e6, 1e6), unit: number(1e-6, 1e6) });

const own = fc
  .record({ classNames: fc.array(fc.string(), { minLength: 2, maxLength: 8 }), x: axis, y: axis })
  .chain((common) => {
    const classes = fc.integer({ min: 0, max: common.classNames.length - 1 });
    return fc
      .array(fc.tuple(position, position, classes), { maxLength: 30 })
      .map((points) => ({ ...common, points: inOrder(points) }));
  });

const ownNumbers = fc.record({
  classNames: fc.constant([]),
  x: axis,
  y: axis,
  target: axis,
  points: fc.array(fc.tuple(position, position, position), { maxLength: 30 }),
});

const options = (optimizer: PlaygroundState["optimizer"]) =>
  fc.record(
    Object.fromEntries(
      optionsOf(optimizer).map((option) => {
        const about = optimizerOptions[option];
        return [option, about.kind === "number" ? number(about.least, about.most) : fc.boolean()];
      }),
    ),
    { requiredKeys: [] },
  );

const states: fc.Arbitrary<PlaygroundState> = fc
  .record({
    data: name(...dataNames, "own" as const),
    drawn: fc.oneof(own, ownNumbers),
    noise: fc.integer({ min: 0, max: 50 }),
    points: fc.integer({ min: 10, max: 2000 }),
    train: fc.integer({ min: 10, max: 90 }),
    sample: fc.nat(2 ** 31 - 1),
    inputs: fc.shuffledSubarray(inputNames, { minLength: 1 }),
    layers: fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 16 }),
        activation: keys(activations),
        norm: name(...norms),
        dropout: fc.integer({ min: 0, max: 90 }),
      }),
      { maxLength: 8 },
    ),
    optimizer: keys(optimizers),
    rate: number(1e-7, 100),
    schedule: keys(schedules),
    span: fc.integer({ min: 1, max: 100_000 }),
    regularization: name("none", "l1", "l2"),
    lambda: number(0, 10),
    decay: number(0, 10),
    batch: fc.integer({ min: 1, max: 2000 }),
    loss: keys(losses),
    smoothing: number(0, 0.9),
    delta: number(0.001, 100),
    clip: number(0, 1000),
    initializer: keys(initializers),
    scale: number(0, 10),
    seed: fc.nat(2 ** 31 - 1),
    epoch: fc.integer({ min: 0, max: 100_000 }),
  })
  .chain(({ drawn, ...plain }) => options(plain.optimizer).map((options) => ({ ...plain, drawn, options })))
  .map(({ drawn, ...plain }) => {
    const state = { ...plain, ...(plain.data === "own" && { own: drawn }) } as PlaygroundState;
    const fitting = lossesFor(taskOf(state));
    return fitting.includes(state.loss) ? state : { ...state, loss: fitting[0] };
  });

test("every state comes back from its address", () => {
  fc.assert(
    fc.property(states, (state) => {
      expect(parseAddress(formatAddress(state))).toEqual({ state, problems: [] });
    }),
    { numRuns: 300 },
  );
});

test("the default state has an empty address, and what differs is readable", () => {
  expect(formatAddress(defaultState)).toBe("");
  const layers = [
    { units: 4, activation: "relu", norm: "batch", dropout: 20 },
    { units: 2, activation: "tanh", norm: "none", dropout: 0 },
  ] as const;
  const state = { ...defaultState, data: "spiral", layers, rate: 0.03, options: { beta1: 0.8 } } as const;
  expect(formatAddress(state)).toBe("data=spiral&layers=relu:4:batch:drop20,tanh:2&rate=0.03&beta1=0.8");
});

test.each([
  ["noise=51", 'noise: expected a whole number from 0 to 50, found "51"'],
  ["noise=1e1x", 'noise: expected a whole number from 0 to 50, found "1e1x"'],
  ["points=12.5", 'points: expected a whole number from 10 to 2000, found "12.5"'],
  ["rate=", 'rate: expected a number from 1e-7 to 100, found ""'],
  ["data=spirale", `data: expected one of ${dataNames.join(", ")}, own, found "spirale"`],
  ["inputs=x,x", `inputs: expected some of ${inputNames.join(", ")}, each once, with commas between them, found "x,x"`],
  [
    "layers=relu:17",
    'layers: expected at most 8 layers such as relu:4 or tanh:2:batch:drop20, of at most 16 units, found "relu:17"',
  ],
  ["optimizer=sgd&beta1=0.5", "beta1: expected an optimizer that has it, found sgd"],
  ["colour=red", '"colour": expected a known part of a link, found none of this name'],
  ["seed=1&seed=2", "seed: expected it once, found it several times"],
  [
    "data=plane&loss=crossEntropy",
    "loss: expected one of meanSquaredError, meanAbsoluteError, huber for such points, found crossEntropy",
  ],
  [
    "data=own&pts=AAA",
    'pts: expected points as this page writes them, of the classes that the link names, found "AAA"',
  ],
  [
    "data=own&pts=..AAAA",
    'pts: expected points as this page writes them, of the classes that the link names, found "..AAAA"',
  ],
  [
    "data=own&pts=____",
    'pts: expected points as this page writes them, of the classes that the link names, found "____"',
  ],
])("%s is reported", (address, problem) => {
  expect(parseAddress(address).problems).toEqual([problem]);
});

test("any text gives a state that can be written and read again", () => {
  const piece = fc.oneof(fc.string(), name("data", "own", "pts", "=", "&", "layers", "relu:4", "%", "|", "~"));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const { state } = parseAddress(pieces.join(""));
      expect(parseAddress(formatAddress(state)).problems).toEqual([]);
    }),
  );
});

test("every entry of the library's tables has a title, and every option of an optimizer a control", () => {
  for (const [table, titles] of [
    [activations, activationTitles],
    [optimizers, optimizerTitles],
    [schedules, scheduleTitles],
    [initializers, initializerTitles],
    [losses, lossTitles],
  ]) {
    expect(Object.keys(titles).sort()).toEqual(Object.keys(table).sort());
  }
  for (const [optimizer, { options }] of Object.entries(optimizers)) {
    const listed = optionsOf(optimizer as PlaygroundState["optimizer"]);
    expect(Object.keys(options.entries).filter((option) => !listed.includes(option))).toEqual(
      optimizer === "muon" ? ["adamLayers"] : [], // names of layers: no control
    );
  }
});

test("points that are stored are read by their key, and missed in words", () => {
  const own = {
    points: [
      [0, 1.5, 0],
      [-3, 0.003, 1],
    ],
    classNames: ["a", "b"],
    x: { name: "x", centre: 0, unit: 1 },
    y: { name: "height", centre: 2, unit: 0.5 },
  } as const;
  const address = formatAddress({ ...defaultState, data: "own", own }, { stored: "key1" });
  expect(address).toBe("data=own&stored=key1");
  const stored = (key: string) => (key === "key1" ? formatOwn(own) : undefined);
  expect(parseAddress(address, stored)).toEqual({ state: { ...defaultState, data: "own", own }, problems: [] });
  expect(parseAddress(address).problems).toEqual([
    'stored: expected points that were kept in this browser, found none under "key1"; open the file that was saved with them, or choose other points',
  ]);
});

test("points of another task set its usual loss, and keep one that is chosen", () => {
  expect(withChange(defaultState, { data: "plane" }).loss).toBe("meanSquaredError");
  const plane = withChange(defaultState, { data: "plane", loss: "huber" });
  expect(plane.loss).toBe("huber");
  expect(withChange(plane, { data: "bumps" }).loss).toBe("huber");
  expect(withChange(plane, { data: "moons" }).loss).toBe("crossEntropy");
});

test("docs/web.md names every part of an address, and its example is one", () => {
  const text = readFileSync(resolve(import.meta.dirname, "../../../docs/web.md"), "utf8");
  const missing = [...knownNames].filter((name) => !(name in optimizerOptions) && !text.includes(`\`${name}\``));
  expect(missing).toEqual([]);
  const [, example] = /#\/playground\?(\S+)/.exec(text) ?? [];
  expect(parseAddress(example).problems).toEqual([]);
  expect(formatAddress(parseAddress(example).state)).toBe(example.replace("optimizer=adam&", ""));
});
