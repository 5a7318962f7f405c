import { givenLayers } from "./givenLayers.ts";
import { GivenTraining, type TrainingScript } from "./givenTraining.ts";
import { copy, map, NdArray, type Parameter, type Random } from "./project/array.ts";
import { waves } from "./waves.ts";

/**
 * y = factor·x + offset, which records its calls: the inner layer for exercises about layers made of layers. Its parameter is the factor,
 * with dfactor = Σ dy·x.
 */
class ScaleLayer {
  readonly #calls: string[] = [];
  #x?: NdArray;
  readonly #name: string;
  readonly #factor: NdArray;
  readonly #gradient: NdArray;
  readonly #offset: number;

  constructor(name: string, factor: NdArray, gradient: NdArray, offset: number) {
    this.#name = name;
    this.#factor = factor;
    this.#gradient = gradient;
    this.#offset = offset;
  }

  get calls(): readonly string[] {
    return [...this.#calls];
  }

  forward(x: NdArray, ...more: unknown[]): NdArray {
    this.#calls.push(["forward", ...more.map(String)].join(" "));
    this.#x = x;
    return map(x, (value) => this.#factor.data[0] * value + this.#offset);
  }

  backward(dy: NdArray): NdArray {
    this.#calls.push("backward");
    const x = this.#x;
    if (!x) throw new Error(`${this.#name}: backward was called before forward`);
    this.#gradient.data[0] = dy.data.reduce((sum, value, i) => sum + value * x.data[i], 0);
    return map(dy, (value) => this.#factor.data[0] * value);
  }

  parameters(): { name: string; value: NdArray; gradient: NdArray }[] {
    return [{ name: this.#name, value: this.#factor, gradient: this.#gradient }];
  }
}

/** The parameters of a network, for an optimizer. As in a network, every call of parameters() makes new objects around the same arrays. */
class GivenParameters {
  readonly #names: readonly string[];
  readonly #values: readonly NdArray[];

  constructor(names: readonly string[], values: readonly NdArray[]) {
    this.#names = names;
    this.#values = values;
  }

  /** One step of an optimizer: the change of all values, and forbidden side effects. */
  step(optimizer: { step(parameters: Parameter[]): void }, gradients: readonly NdArray[]): Record<string, unknown> {
    const parameters = this.#values.map((value, at) => ({ name: this.#names[at], value, gradient: gradients[at] }));
    const values = this.#values.map(copy);
    const given = gradients.map(copy);
    if (typeof optimizer.step !== "function") throw new Error("expected a method step");
    optimizer.step(parameters);
    return {
      change: differences(this.#values, values),
      gradientChange: differences(gradients, given),
      isReplaced: parameters.some(({ value }, at) => value !== this.#values[at]),
    };
  }
}

/** One parameter with its gradient, for a function that works on gradients. */
class GivenParameter {
  readonly name: string;
  value: NdArray;
  gradient: NdArray;
  readonly #before: readonly [value: NdArray, gradient: NdArray];
  readonly #arrays: readonly [value: NdArray, gradient: NdArray];

  constructor(name: string, value: NdArray, gradient: NdArray) {
    this.name = name;
    this.value = value;
    this.gradient = gradient;
    this.#arrays = [value, gradient];
    this.#before = [copy(value), copy(gradient)];
  }

  /** The change of the numbers since the object was made. */
  changes(): Record<string, unknown> {
    const [value, gradient] = this.#arrays;
    const [oldValue, oldGradient] = this.#before;
    return {
      value: differences([value], [oldValue]),
      gradient: differences([gradient], [oldGradient]),
      isReplaced: this.gradient !== gradient,
    };
  }
}

/** All entries of after − before, one array after the other. */
function differences(after: readonly NdArray[], before: readonly NdArray[]): NdArray {
  const all = after.flatMap(({ data }, at) => Array.from(data, (value, i) => value - before[at].data[i]));
  return new NdArray([all.length], all);
}

/** Objects that the checks give to a student's code, by name. What they record is private, and no method of theirs can be replaced. */
const makers: Readonly<Record<string, (...args: never[]) => object>> = {
  ...givenLayers,
  scale: (name: string, factor: NdArray, gradient: NdArray, offset: number) =>
    new ScaleLayer(name, factor, gradient, offset),
  waves: (coefficients: NdArray) => (x: NdArray) => {
    if (!(x?.data instanceof Float64Array)) throw new TypeError("f: expected an NdArray");
    return waves(x.data, coefficients.data);
  },
  parameters: (names: string[], values: NdArray[]) => new GivenParameters(names, values),
  training: (script: TrainingScript, random: Random) => new GivenTraining(script, random),
  parameter: (name: string, value: NdArray, gradient: NdArray) => new GivenParameter(name, value, gradient),
};

/** Makes the object of that name. Code that gets it cannot replace its methods, neither in it nor in its class. */
export function given(name: string, args: readonly unknown[]): object {
  const made = makers[name](...(args as never[]));
  if (typeof made === "function") return made;
  for (let one = Object.getPrototypeOf(made); one !== Object.prototype; one = Object.getPrototypeOf(one)) {
    Object.freeze(one);
    const { constructor: _, ...methods } = Object.getOwnPropertyDescriptors(one);
    for (const [method, descriptor] of Object.entries(methods)) {
      if (!Object.hasOwn(made, method)) Object.defineProperty(made, method, descriptor); // fixed by the freeze
    }
  }
  return made;
}
