import * as v from "valibot";
import { SettingsError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import type { DType, Numbers, Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

export interface PReluOptions {
  readonly name?: string;
  /** one slope for each number of the last dimension; one for all, when it is left out */
  readonly channels?: number | undefined;
  readonly dtype?: DType;
}

/**
 * x where x > 0, else w·x, with the slope w trained: one for all numbers, or one for each channel, which is the last dimension of x
 * (batch, …, channels). w starts at 0.25 and has the shape (1) or (channels). He et al. 2015, arXiv:1502.01852.
 * Throws SettingsError for channels that are no whole number, ShapeError for inputs with others.
 */
export class PRelu extends Layer {
  readonly kind = "pRelu";
  readonly channels: number | undefined;
  readonly w: Parameter;
  override readonly parameters: readonly Parameter[];
  private x?: Tensor;

  constructor({ name = "", channels, dtype = "float32" }: PReluOptions = {}) {
    super();
    if (channels !== undefined && !(Number.isInteger(channels) && channels >= 1)) {
      throw new SettingsError(`PRelu: channels must be a whole number of at least 1, got ${channels}`);
    }
    this.name = name;
    this.channels = channels;
    this.w = zeroParameter("w", [channels ?? 1], dtype);
    this.w.value.data.fill(0.25);
    this.parameters = [this.w];
  }

  override options() {
    return this.channels === undefined ? {} : { perChannel: true };
  }

  override get prefix(): string {
    return "prelu";
  }

  outputShape(shape: Shape): Shape {
    const wanted = `(batch, …, ${this.channels ?? "features"})`;
    const fits = shape.length > 1 && (this.channels === undefined || shape.at(-1) === this.channels);
    this.expectShape("input", shape, wanted, fits);
    return shape;
  }

  // y = max(0, x) + w·min(0, x)
  forward(x: Tensor): Tensor {
    this.outputShape(x.shape);
    const y = this.workspace.tensor(x.shape, x.dtype);
    const w = this.w.value.data;
    const period = w.length;
    for (let i = 0; i < x.size; i += period) {
      for (let c = 0; c < period; c++) y.data[i + c] = x.data[i + c] > 0 ? x.data[i + c] : w[c] * x.data[i + c];
    }
    this.x = x;
    return y;
  }

  // dx = dy where x > 0, else w·dy   dw = Σ dy·min(0, x), over all numbers, or over those of each channel
  backward(dy: Tensor): Tensor {
    const x = this.saved(this.x);
    this.expectGradient(dy, x.shape);
    const { kernels } = this.workspace;
    const dx = this.workspace.tensor(x.shape, x.dtype);
    const terms = this.workspace.tensor(x.shape, x.dtype);
    const w = this.w.value.data;
    const period = w.length;
    for (let i = 0; i < x.size; i += period) {
      for (let c = 0; c < period; c++) {
        const [input, gradient] = [x.data[i + c], dy.data[i + c]];
        dx.data[i + c] = input > 0 ? gradient : w[c] * gradient;
        terms.data[i + c] = input > 0 ? 0 : gradient * input;
      }
    }
    // Rows are summed by the kernels, which shards divide; one slope for all is the sum over the last dimension as well
    const columns = x.shape[x.rank - 1];
    const sums = this.channels === undefined ? this.workspace.tensor([columns], x.dtype) : this.w.gradient;
    kernels.sumRows(sums.data, terms.data, x.size / columns, columns);
    if (this.channels === undefined) this.w.gradient.data[0] = total(sums.data);
    return dx;
  }
}

function total(numbers: Numbers): number {
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

export const pRelu = layerKind({
  schema: v.strictObject({ perChannel: v.optional(v.boolean()) }),
  create: ({ perChannel = false }, { name, inputShape, dtype, claim }) => {
    const channels = perChannel ? inputShape[inputShape.length - 1] : undefined;
    claim(channels ?? 1);
    return new PRelu({ name, channels, dtype });
  },
});
