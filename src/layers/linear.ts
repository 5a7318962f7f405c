import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Parameter } from "../tensor/parameter.ts";
import { type DType, formatShape, type Shape, Tensor } from "../tensor/tensor.ts";
import { type InitializerName, initializers } from "./initializers.ts";
import { Layer } from "./layer.ts";
import { checkParameters } from "./parameterMemory.ts";

export interface LinearOptions {
  /** "fc1": its parameters are then fc1_w and fc1_b */
  readonly name?: string;
  /** draws the weights, initScale · randn(inputs, outputs); without it they are 0, to be loaded or assigned */
  readonly random?: RandomState;
  readonly initScale?: number;
  /** chooses the scale by the layer's size instead; initScale then does nothing */
  readonly initializer?: InitializerName;
  readonly dtype?: DType;
}

/** y = x·W + b with x (batch, inputs), W (inputs, outputs), b (outputs), y (batch, outputs). */
export class Linear extends Layer {
  readonly kind = "linear";
  readonly inputs: number;
  readonly outputs: number;
  readonly w: Parameter;
  readonly b: Parameter;
  override readonly parameters: readonly Parameter[];
  private x?: Tensor;

  constructor(
    inputs: number,
    outputs: number,
    { name = "", random, initScale = 0.01, initializer = "scaled", dtype = "float32" }: LinearOptions = {},
  ) {
    super();
    for (const [what, size] of Object.entries({ inputs, outputs })) {
      if (!Number.isInteger(size) || size < 1) {
        throw new SettingsError(`Linear: ${what} must be a whole number of at least 1, got ${size}`);
      }
    }
    checkParameters(`Linear ${inputs}→${outputs}`, (inputs + 1) * outputs, dtype);
    this.name = name;
    this.inputs = inputs;
    this.outputs = outputs;
    const parameter = (key: string, shape: Shape): Parameter => {
      return { key, value: Tensor.zeros(shape, dtype), gradient: Tensor.zeros(shape, dtype) };
    };
    this.w = parameter("w", [inputs, outputs]);
    this.b = parameter("b", [outputs]);
    this.parameters = [this.w, this.b];
    if (random) initializers[initializer](this.w.value.data, { inputs, outputs, random, initScale });
  }

  outputShape(shape: Shape): Shape {
    this.expectShape("input", shape, `(batch, ${this.inputs})`, shape.length === 2 && shape[1] === this.inputs);
    return [shape[0], this.outputs];
  }

  forward(x: Tensor): Tensor {
    const [batch] = this.outputShape(x.shape);
    const y = this.workspace.tensor([batch, this.outputs], x.dtype);
    this.workspace.kernels.linear(
      y.data,
      x.data,
      this.w.value.data,
      this.b.value.data,
      batch,
      this.inputs,
      this.outputs,
    );
    this.x = x;
    return y;
  }

  // dW = xᵀ·dy   db = Σ_batch dy
  override backwardParameters(dy: Tensor): void {
    const x = this.saved(this.x);
    const wanted = [x.shape[0], this.outputs];
    this.expectShape("dy", dy.shape, formatShape(wanted), dy.shape[0] === wanted[0] && dy.shape[1] === wanted[1]);
    const { kernels } = this.workspace;
    kernels.matmulTransposeA(this.w.gradient.data, x.data, dy.data, this.inputs, x.shape[0], this.outputs);
    kernels.sumRows(this.b.gradient.data, dy.data, x.shape[0], this.outputs);
  }

  // dx = dy·Wᵀ
  backward(dy: Tensor): Tensor {
    this.backwardParameters(dy);
    const dx = this.workspace.tensor([dy.shape[0], this.inputs], dy.dtype);
    this.workspace.kernels.matmulTransposeB(
      dx.data,
      dy.data,
      this.w.value.data,
      dy.shape[0],
      this.outputs,
      this.inputs,
    );
    return dx;
  }

  override describe(): string {
    return `${this.name || "linear"} (linear ${this.inputs}→${this.outputs})`;
  }
}
