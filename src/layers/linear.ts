import * as v from "valibot";
import type { RandomState } from "../random/randomState.ts";
import { count, notNegative } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type Parameter, zeroParameter } from "../tensor/parameter.ts";
import { type DType, type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import {
  chosenInitializer,
  type InitializerName,
  initializerNames,
  initializerOptions,
  initializers,
  unnamedInitializer,
} from "./initializers.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { checkParameters } from "./parameterMemory.ts";

/** @inline */
interface NameAndType {
  /** "fc1": its parameters are then fc1_w and fc1_b */
  readonly name?: string;
  readonly dtype?: DType;
  /** W and b are not trained: they are saved as buffers, without gradients, and no optimizer and no regularizer changes them */
  readonly frozen?: boolean | undefined;
}

/** Weights are drawn from a random stream, unless zeros are asked for: those are for weights that are loaded or assigned. */
export type LinearOptions = NameAndType &
  (
    | {
        readonly random: RandomState;
        /** he by default; scaled if `initScale` is given */
        readonly initializer?: InitializerName;
        /** the standard deviation of the weights for `scaled` */
        readonly initScale?: number;
      }
    | {
        readonly initializer: "zeros";
        readonly random?: undefined;
        readonly initScale?: undefined;
        /** frozen: `fitLinearMembers` sets W and b to the solution of a linear problem before the training */
        readonly fitted?: boolean;
      }
  );

/**
 * y = x·W + b with x (batch, …, inputs), W (inputs, outputs), b (outputs), y (batch, …, outputs). W starts as √(2/inputs)·N(0, 1)
 * unless another initializer is named, b as 0. Throws SettingsError for sizes below 1 and without `random`, ShapeError for other inputs.
 */
export class Linear extends Layer {
  readonly kind = "linear";
  readonly inputs: number;
  readonly outputs: number;
  readonly initializer: InitializerName;
  readonly initScale: number | undefined;
  readonly w: Parameter;
  readonly b: Parameter;
  readonly frozen: boolean;
  readonly fitted: boolean;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Parameter[];
  private x?: Tensor;

  constructor(inputs: number, outputs: number, options: LinearOptions) {
    super();
    const { name = "", random, initScale, dtype = "float32" } = options ?? ({} as LinearOptions);
    for (const [what, size] of Object.entries({ inputs, outputs })) {
      if (!Number.isInteger(size) || size < 1) {
        throw new SettingsError(`Linear: ${what} must be a whole number of at least 1, got ${size}`);
      }
    }
    const initializer = chosenInitializer(`Linear ${inputs}→${outputs}`, options ?? {});
    if (initializer !== "zeros" && !random) {
      throw new SettingsError(
        `Linear ${inputs}→${outputs}: expected a random stream that draws the weights, found none; pass { random: new RandomState(seed) }, or { initializer: "zeros" } for weights that are loaded`,
      );
    }
    checkParameters(`Linear ${inputs}→${outputs}`, (inputs + 1) * outputs, dtype);
    this.name = name;
    this.initializer = initializer;
    this.initScale = initScale;
    this.inputs = inputs;
    this.outputs = outputs;
    this.w = zeroParameter("w", [inputs, outputs], dtype);
    this.b = zeroParameter("b", [outputs], dtype);
    this.fitted = "fitted" in options && options.fitted === true;
    this.frozen = this.fitted || options.frozen === true;
    [this.parameters, this.buffers] = this.frozen ? [[], [this.w, this.b]] : [[this.w, this.b], []];
    if (random) initializers[initializer](this.w.value.data, { inputs, outputs, random, initScale });
  }

  override options() {
    const { outputs, frozen, fitted } = this;
    if (fitted) return { outputs, fitted };
    return { outputs, ...initializerOptions(this), ...(frozen && { frozen }) };
  }

  override get prefix(): string {
    return "fc";
  }

  override multiplyAdds(inputShape: Shape): number {
    return sizeOf(inputShape) * this.outputs;
  }

  outputShape(shape: Shape): Shape {
    this.expectShape("input", shape, `(batch, …, ${this.inputs})`, shape.length > 1 && shape.at(-1) === this.inputs);
    return [...shape.slice(0, -1), this.outputs];
  }

  forward(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.outputShape(x.shape), x.dtype);
    this.workspace.kernels.linear(
      y.data,
      x.data,
      this.w.value.data,
      this.b.value.data,
      x.size / this.inputs,
      this.inputs,
      this.outputs,
    );
    this.x = x;
    return y;
  }

  // dW = xᵀ·dy   db = Σ_batch dy
  override backwardParameters(dy: Tensor): void {
    if (this.frozen) return;
    const x = this.saved(this.x);
    this.expectGradient(dy, this.outputShape(x.shape));
    const { kernels } = this.workspace;
    const rows = x.size / this.inputs;
    kernels.matmulTransposeA(this.w.gradient.data, x.data, dy.data, this.inputs, rows, this.outputs);
    kernels.sumRows(this.b.gradient.data, dy.data, rows, this.outputs);
  }

  // dx = dy·Wᵀ
  backward(dy: Tensor): Tensor {
    this.backwardParameters(dy);
    const dx = this.workspace.tensor(this.saved(this.x).shape, dy.dtype);
    this.workspace.kernels.matmulTransposeB(
      dx.data,
      dy.data,
      this.w.value.data,
      dy.size / this.outputs,
      this.outputs,
      this.inputs,
    );
    return dx;
  }

  override describe(): string {
    return `${this.name || "linear"} (linear ${this.inputs}→${this.outputs})`;
  }
}

export const linear = layerKind({
  schema: v.strictObject({
    outputs: count,
    initializer: v.optional(v.picklist(initializerNames)),
    initScale: v.optional(notNegative),
    frozen: v.optional(v.boolean()),
    fitted: v.optional(v.boolean()),
  }),
  create({ outputs, initializer, initScale, frozen, fitted }, { name, inputShape, random, dtype, claim }) {
    const inputs = inputShape[inputShape.length - 1];
    claim(inputs * outputs + outputs);
    const start = { ...(initializer && { initializer }), ...(initScale !== undefined && { initScale }) };
    if (fitted) return new Linear(inputs, outputs, { name, dtype, initializer: "zeros", fitted });
    if (random) return new Linear(inputs, outputs, { name, dtype, frozen, random, ...start });
    // Loaded afterwards; its description stays what it was
    const unset = { initializer: unnamedInitializer(initScale), initScale: undefined };
    return Object.assign(new Linear(inputs, outputs, { name, dtype, frozen, initializer: "zeros" }), unset, start);
  },
});
