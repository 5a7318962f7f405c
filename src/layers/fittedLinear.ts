import * as v from "valibot";
import { count } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Buffer } from "../tensor/parameter.ts";
import { type DType, type Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * y = x·W + b, x (batch, inputs), y (batch, outputs), with W and b that are no parameters of the training: `fitLinearMembers` sets them
 * to the solution of the penalized linear problem before the first step. Both start as 0. Throws ShapeError for other inputs.
 */
export class FittedLinear extends Layer {
  readonly kind = "fittedLinear";
  readonly inputs: number;
  readonly outputs: number;
  override readonly buffers: readonly [w: Buffer, b: Buffer];

  constructor(
    inputs: number,
    outputs: number,
    { name = "", dtype }: { readonly name?: string; readonly dtype?: DType } = {},
  ) {
    super();
    for (const [what, size] of Object.entries({ inputs, outputs })) {
      if (!Number.isInteger(size) || size < 1)
        throw new SettingsError(`FittedLinear: ${what} must be a whole number of at least 1, got ${size}`);
    }
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    this.buffers = [
      { key: "w", value: Tensor.zeros([inputs, outputs], dtype) },
      { key: "b", value: Tensor.zeros([outputs], dtype) },
    ];
  }

  override options() {
    return { outputs: this.outputs };
  }

  override get prefix(): string {
    return "fit";
  }

  override multiplyAdds(): number {
    return this.inputs * this.outputs;
  }

  outputShape(shape: Shape): Shape {
    const { inputs, outputs } = this;
    this.expectShape("input", shape, `(batch, ${inputs})`, shape.length === 2 && shape[1] === inputs);
    return [shape[0], outputs];
  }

  forward(x: Tensor): Tensor {
    const [w, b] = this.buffers;
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.linear(y.data, x.data, w.value.data, b.value.data, x.shape[0], this.inputs, this.outputs);
    return y;
  }

  // dx = dy·Wᵀ
  backward(dy: Tensor): Tensor {
    const { inputs, outputs } = this;
    const [rows, width] = dy.shape;
    this.expectShape("dy", dy.shape, `(batch, ${outputs})`, dy.shape.length === 2 && width === outputs);
    const dx = this.workspace.tensor([rows, inputs], dy.dtype);
    this.workspace.kernels.matmulTransposeB(dx.data, dy.data, this.buffers[0].value.data, rows, outputs, inputs);
    return dx;
  }

  override backwardParameters(): void {}

  override describe(): string {
    return `${this.name || "fittedLinear"} (linear ${this.inputs}→${this.outputs}, fitted before training)`;
  }
}

export const fittedLinear = layerKind({
  schema: v.strictObject({ outputs: count }),
  create({ outputs }, { name, inputShape, dtype, claim }) {
    const inputs = inputShape[inputShape.length - 1];
    claim((inputs + 1) * outputs);
    return new FittedLinear(inputs, outputs, { name, dtype });
  },
});
