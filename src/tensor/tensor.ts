import { HandgradError, ShapeError } from "./errors.ts";

/** float64 is for checking and exact reproduction, float32 for speed; all code is the same for both. */
export type DType = "float32" | "float64";
export type Numbers = Float32Array | Float64Array;
export type Shape = readonly number[];
export type NestedNumbers = number | readonly NestedNumbers[];

/** An array of zeros of the given type in ordinary JavaScript memory. Throws HandgradError if the memory does not suffice. */
export function zeros(dtype: DType, length: number, purpose?: string): Numbers {
  return allocating(
    dtype,
    length,
    () => (dtype === "float32" ? new Float32Array(length) : new Float64Array(length)),
    purpose,
  );
}

/** The arrays that `make` allocates; the engine's RangeError becomes a HandgradError with the size and the purpose. */
export function allocating<Result>(dtype: DType, length: number, make: () => Result, purpose = "an array"): Result {
  try {
    return make();
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const gigabytes = ((length * (dtype === "float32" ? 4 : 8)) / 1e9).toLocaleString("en", {
      maximumFractionDigits: 1,
    });
    throw new HandgradError(
      `cannot allocate ${length.toLocaleString("en")} ${dtype} numbers (${gigabytes} GB) for ${purpose}; ` +
        "use smaller layers or batches",
      { cause },
    );
  }
}

export function dtypeOf(data: Numbers): DType {
  return data instanceof Float32Array ? "float32" : "float64";
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** "(4, 8)", the form of shapes in messages; "(batch, 8)" if a dimension has a name. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `(${shape.join(", ")})`;
}

/** A contiguous, row-major array of any rank. Throws ShapeError if shape and data disagree. */
export class Tensor {
  readonly shape: Shape;
  readonly data: Numbers;

  constructor(shape: Shape, data: Numbers) {
    for (const length of shape) {
      if (!Number.isInteger(length) || length < 0) {
        throw new ShapeError(`Tensor: a shape needs whole numbers of at least 0, got ${formatShape(shape)}`);
      }
    }
    if (sizeOf(shape) !== data.length) {
      throw new ShapeError(`Tensor: shape ${formatShape(shape)} needs ${sizeOf(shape)} values, got ${data.length}`);
    }
    this.shape = shape;
    this.data = data;
  }

  static zeros(shape: Shape, dtype: DType = "float32"): Tensor {
    return new Tensor(shape, zeros(dtype, sizeOf(shape), `a tensor of shape ${formatShape(shape)}`));
  }

  get dtype(): DType {
    return dtypeOf(this.data);
  }

  get rank(): number {
    return this.shape.length;
  }

  get size(): number {
    return this.data.length;
  }

  /** The same numbers under another shape; the data is shared, not copied. */
  reshape(shape: Shape): Tensor {
    return new Tensor(shape, this.data);
  }

  /** A copy with its own memory; of another type, if one is given. */
  clone(dtype: DType = this.dtype): Tensor {
    const copy = zeros(dtype, this.size);
    copy.set(this.data);
    return new Tensor(this.shape, copy);
  }

  /** The numbers as nested arrays, a level for each dimension. */
  toArray(): NestedNumbers {
    const { shape, data } = this;
    let offset = 0;
    const nest = (dimension: number): NestedNumbers => {
      if (dimension === shape.length) return data[offset++];
      return Array.from({ length: shape[dimension] }, () => nest(dimension + 1));
    };
    return nest(0);
  }
}

/** tensor([[1, 2], [3, 4]]) from nested arrays, all of one length at each level. Throws ShapeError on ragged input. */
export function tensor(values: NestedNumbers, dtype: DType = "float32"): Tensor {
  const shape: number[] = [];
  for (let level = values; typeof level !== "number"; level = level[0]) {
    if (!isList(level)) throw notNumbers(level);
    shape.push(level.length);
    if (level.length === 0) break;
  }
  const data = zeros(dtype, sizeOf(shape));
  let offset = 0;
  const fill = (level: NestedNumbers, dimension: number): void => {
    if (typeof level === "number" && dimension === shape.length) {
      data[offset++] = level;
    } else if (typeof level !== "number" && !isList(level)) {
      throw notNumbers(level);
    } else if (typeof level !== "number" && level.length === shape[dimension]) {
      for (const inner of level) fill(inner, dimension + 1);
    } else {
      const got = typeof level === "number" ? "a number" : `an array of ${level.length}`;
      const wanted = dimension < shape.length ? `an array of ${shape[dimension]}` : "a number";
      throw new ShapeError(`tensor: ragged input, expected ${wanted} at depth ${dimension}, got ${got}`);
    }
  };
  fill(values, 0);
  return new Tensor(shape, data);
}

const isList = (level: unknown): boolean =>
  typeof level === "object" && level !== null && "length" in level && typeof level.length === "number";

function notNumbers(found: unknown): ShapeError {
  return new ShapeError(`tensor: expected numbers in nested arrays, found ${JSON.stringify(found) ?? typeof found}`);
}
