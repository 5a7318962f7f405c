import { map, type NdArray } from "./project/array.ts";

/**
 * y = factor·x + offset, which records its calls: what an exercise about layers made of layers is given. Its parameter is the factor,
 * with dfactor = Σ dy·x.
 */
class ScaleLayer {
  readonly calls: string[] = [];
  x?: NdArray;
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

  forward(x: NdArray, ...more: unknown[]): NdArray {
    this.calls.push(["forward", ...more.map(String)].join(" "));
    this.x = x;
    return map(x, (value) => this.#factor.data[0] * value + this.#offset);
  }

  backward(dy: NdArray): NdArray {
    this.calls.push("backward");
    const { x } = this;
    if (!x) throw new Error(`${this.#name}: backward was called before forward`);
    this.#gradient.data[0] = dy.data.reduce((sum, value, i) => sum + value * x.data[i], 0);
    return map(dy, (value) => this.#factor.data[0] * value);
  }

  parameters(): { name: string; value: NdArray; gradient: NdArray }[] {
    return [{ name: this.#name, value: this.#factor, gradient: this.#gradient }];
  }
}

/** Objects that the checks give to a student's code, by name. */
export const given: Readonly<Record<string, (...args: never[]) => object>> = {
  scale: (name: string, factor: NdArray, gradient: NdArray, offset: number) =>
    new ScaleLayer(name, factor, gradient, offset),
};
