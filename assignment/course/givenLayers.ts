import { copy, map, matmul, type NdArray, type Parameter, transpose, zeros } from "./project/array.ts";

/** y = x·W, plus `shift` in training, so that y shows which mode the layer got. Every backward pass sets a new gradient array. */
class MatrixLayer {
  #passes = 0;
  readonly #w: NdArray;
  readonly #shift: number;
  #gradient: NdArray;
  #x?: NdArray;

  constructor(w: NdArray, shift: number) {
    this.#w = w;
    this.#shift = shift;
    this.#gradient = zeros(...w.shape);
  }

  get passes(): number {
    return this.#passes;
  }

  forward(x: NdArray, training: boolean): NdArray {
    this.#passes++;
    this.#x = copy(x);
    return map(matmul(x, this.#w), (value) => (training === true ? value + this.#shift : value));
  }

  backward(dy: NdArray): NdArray {
    if (!this.#x) throw new Error("backward was called before forward");
    this.#gradient = matmul(transpose(this.#x), dy);
    return matmul(dy, transpose(this.#w));
  }

  parameters(): Parameter[] {
    return [{ name: "w", value: this.#w, gradient: this.#gradient }];
  }
}

/** y = x², without parameters. */
class SquareLayer {
  #passes = 0;
  #x?: NdArray;

  get passes(): number {
    return this.#passes;
  }

  forward(x: NdArray): NdArray {
    this.#passes++;
    this.#x = copy(x);
    return map(x, (value) => value * value);
  }

  backward(dy: NdArray): NdArray {
    const { data } = this.#x ?? dy;
    return map(dy, (value, i) => 2 * data[i] * value);
  }
}

/** The same, with a method that returns no parameters. */
class SquareLayerWithList extends SquareLayer {
  parameters(): Parameter[] {
    return [];
  }
}

/** Changes values and gradients in place, as regularizers and optimizers do. */
class Doubling {
  readonly #network: { parameters(): Parameter[] };

  constructor(network: { parameters(): Parameter[] }) {
    this.#network = network;
  }

  run(): void {
    for (const { value, gradient } of this.#network.parameters()) {
      for (const { data } of [value, gradient]) for (let i = 0; i < data.length; i++) data[i] *= 2;
    }
  }
}

export const givenLayers = {
  matrix: (w: NdArray, shift: number) => new MatrixLayer(w, shift),
  square: () => new SquareLayer(),
  squareWithList: () => new SquareLayerWithList(),
  doubling: (network: { parameters(): Parameter[] }) => new Doubling(network),
};
