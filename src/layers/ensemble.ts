import * as v from "valibot";
import type { Workspace } from "../kernels/workspace.ts";
import { count } from "../schema.ts";
import { SettingsError, ShapeError } from "../tensor/errors.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { formatShape, type Numbers, type Shape, sizeOf, Tensor, zeros } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { innerLayers } from "./residual.ts";
import { Sequential } from "./sequential.ts";

export const answerKinds = ["probabilities", "numbers"] as const;

/** Smaller probabilities count as this, so that their logarithm is finite. */
export const leastProbability = 1e-12;

/**
 * Several networks of a few kinds, in `copies` copies each, that are trained side by side and answer together:
 * p = Σₖ mix[k]·mean over the copies of softmax(memberₖ(x)), y = log p; with answers "numbers" y = Σₖ mix[k]·mean memberₖ(x).
 *
 * In training each member has its own rows of the output, (batch, …) → (members·batch, outputs), so the loss of each is its own;
 * `outputRows` says which row of the batch each belongs to. Where the rows of the batch have folds, copy f of each kind does not see
 * the rows of fold f (others of the batch take their place), so in evaluation with folds, each row is answered by the copy that has
 * not seen it: an out-of-fold prediction for every row. `mix` is no parameter of the training; `fitMix` sets it.
 * Breiman 1996, "Stacked regressions"; Lakshminarayanan et al. 2017, arXiv:1612.01474. Throws ShapeError for other inputs and folds.
 */
export class Ensemble extends Layer {
  readonly kind = "ensemble";
  readonly copies: number;
  readonly answers: (typeof answerKinds)[number];
  /** the copies of the first kind, then of the second, … */
  readonly members: readonly Sequential[];
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Buffer[];
  /** (kinds): what each kind counts, together 1 */
  readonly mix: Tensor;
  /** what each kind answered in the last evaluation: (kinds, batch, outputs), copies averaged */
  answersOfKinds: Tensor | undefined;
  private readonly kinds: readonly Layer[];
  private mapping: Int32Array | undefined;
  private kept?: {
    readonly shape: Shape;
    readonly rows: readonly (Int32Array | undefined)[];
    readonly outputs: number;
  };
  /** copies for which the batch has no row: their part of the gradient is 0 */
  private idle: readonly boolean[] = [];

  /** `copies[f][k]` is copy f of kind k; a layer that is no Sequential becomes one. Throws SettingsError unless all have the same kinds. */
  constructor(
    copies: readonly (readonly Layer[])[],
    { name = "", answers = "probabilities" }: { readonly name?: string; readonly answers?: Ensemble["answers"] } = {},
  ) {
    super();
    const [first = []] = copies;
    if (first.length === 0 || copies.some(({ length }) => length !== first.length))
      throw new SettingsError("Ensemble: expected the same kinds of members, at least one, in every copy");
    this.name = name;
    this.copies = copies.length;
    this.answers = answers;
    this.kinds = first;
    const whole = (layer: Layer) => (layer instanceof Sequential ? layer : new Sequential([layer]));
    this.members = first.flatMap((_, kind) => copies.map((copy) => whole(copy[kind])));
    for (const member of this.members) member.belongTo(this);
    this.parameters = this.members.flatMap(({ parameters }) => parameters);
    const inner = this.members.flatMap(({ buffers }) => buffers);
    const [{ value } = { value: Tensor.zeros([1]) }] = [...this.parameters, ...inner];
    this.mix = new Tensor([first.length], zeros(value.dtype, first.length));
    this.mix.data.fill(1 / first.length);
    this.buffers = [...inner, { key: "mix", value: this.mix }];
  }

  /** one copy of each kind */
  override get children(): readonly Layer[] {
    return this.kinds;
  }

  override options() {
    return { copies: this.copies, ...(this.answers !== "probabilities" && { answers: this.answers }) };
  }

  override get prefix(): string {
    return "ens";
  }

  /** "m1f2_fc1_w": kind 1, copy 2 */
  override get parameterKeys(): readonly string[] {
    return this.members.flatMap((member, i) => member.parameterKeys.map((key) => `${this.nameOf(i)}_${key}`));
  }

  override get bufferKeys(): readonly string[] {
    return [...this.members.flatMap((member, i) => member.bufferKeys.map((key) => `${this.nameOf(i)}_${key}`)), "mix"];
  }

  nameOf(member: number): string {
    return `m${Math.floor(member / this.copies) + 1}f${(member % this.copies) + 1}`;
  }

  override get outputRows(): Int32Array | undefined {
    return this.mapping;
  }

  override multiplyAdds(inputShape: Shape): number {
    return this.members.reduce((sum, member) => sum + member.multiplyAdds(inputShape), 0);
  }

  override moveTo(values: Numbers, gradients: Numbers): void {
    let offset = 0;
    for (const member of this.members) {
      const end = offset + member.values.length;
      member.moveTo(values.subarray(offset, end), gradients.subarray(offset, end));
      offset = end;
    }
  }

  override attach(workspace: Workspace): void {
    super.attach(workspace);
    for (const member of this.members) member.attach(workspace);
  }

  outputShape(shape: Shape, mode: Pass["mode"] = "evaluate"): Shape {
    const [output, ...others] = this.members.map((member) => member.outputShape(shape, mode));
    const strange = others.find((other) => formatShape(other) !== formatShape(output));
    if (strange || output.length !== 2) {
      const found = [output, ...(strange ? [strange] : [])].map(formatShape).join(" and ");
      throw new ShapeError(`${this.describe()}: expected members that all give (batch, outputs), found ${found}`);
    }
    return mode === "train" ? [this.members.length * output[0], output[1]] : output;
  }

  forward(x: Tensor, pass: Pass): Tensor {
    const { folds } = pass;
    if (folds) this.expectShape("folds", [folds.length], `(${x.shape[0]})`, folds.length === x.shape[0]);
    if (pass.mode === "train") return this.train(x, pass);
    return this.answer(folds ? this.outOfFold(x, folds, pass) : this.together(x, pass));
  }

  // y[m] = memberₘ(x[rows of m])
  private train(x: Tensor, pass: Pass): Tensor {
    const [batch] = x.shape;
    const rows = Array.from({ length: this.copies }, (_, f) => pass.folds && rowsWithout(pass.folds, f));
    this.idle = rows.map((chosen) => chosen?.length === 0);
    rows.forEach((chosen, f) => {
      if (chosen?.length === 0) rows[f] = undefined;
    });
    const inputs = rows.map((chosen) => (chosen ? this.pick(x, chosen) : x));
    const outputs = this.members.map((member, m) => member.forward(inputs[m % this.copies], pass));
    const width = outputs[0].shape[1];
    const y = this.workspace.tensor([outputs.length * batch, width], x.dtype);
    this.mapping = new Int32Array(outputs.length * batch);
    outputs.forEach((output, m) => {
      y.data.set(output.data, m * batch * width);
      const chosen = rows[m % this.copies];
      for (let i = 0; i < batch; i++) (this.mapping as Int32Array)[m * batch + i] = chosen ? chosen[i] : i;
    });
    this.kept = { shape: x.shape, rows, outputs: width };
    return y;
  }

  // dx[row] = Σ over the members and their places of that row
  backward(dy: Tensor): Tensor {
    const { shape, rows } = this.saved(this.kept);
    const dx = this.workspace.tensor(shape, dy.dtype);
    const size = sizeOf(shape.slice(1));
    dx.data.fill(0);
    this.members.forEach((member, m) => {
      const { data } = member.backward(this.part(dy, m));
      const chosen = rows[m % this.copies];
      if (!chosen) this.workspace.kernels.addScaled(dx.data, data, 1);
      for (let i = 0; chosen && i < chosen.length; i++) {
        for (let j = 0; j < size; j++) dx.data[chosen[i] * size + j] += data[i * size + j];
      }
    });
    return dx;
  }

  override backwardParameters(dy: Tensor): void {
    this.members.forEach((member, m) => {
      member.backwardParameters(this.part(dy, m));
    });
  }

  private part(dy: Tensor, member: number): Tensor {
    const { shape, outputs } = this.saved(this.kept);
    const wanted = formatShape([this.members.length * shape[0], outputs]);
    this.expectShape("dy", dy.shape, wanted, formatShape(dy.shape) === wanted);
    const size = shape[0] * outputs;
    if (this.idle[member % this.copies]) return Tensor.zeros([shape[0], outputs], dy.dtype);
    return new Tensor([shape[0], outputs], dy.data.subarray(member * size, (member + 1) * size));
  }

  /** (kinds, batch, outputs), the mean of all copies */
  private together(x: Tensor, pass: Pass): Tensor {
    let all: Tensor | undefined;
    this.members.forEach((member, m) => {
      const output = this.judged(member.forward(x, pass));
      all ??= this.empty(x, output.shape[1]);
      const start = Math.floor(m / this.copies) * output.size;
      for (let i = 0; i < output.size; i++) all.data[start + i] += output.data[i] / this.copies;
    });
    return all as Tensor;
  }

  /** (kinds, batch, outputs), of the copy that has not seen the row */
  private outOfFold(x: Tensor, folds: Int32Array, pass: Pass): Tensor {
    let all: Tensor | undefined;
    for (let f = 0; f < this.copies; f++) {
      const rows = Int32Array.from(folds.keys()).filter((row) => foldOf(folds[row], this.copies) === f);
      if (rows.length === 0) continue;
      // Few different lengths, because a workspace keeps memory for each
      const padded = new Int32Array(Math.ceil(rows.length / 16) * 16).fill(rows[0]);
      padded.set(rows);
      const inputs = this.pick(x, padded);
      for (let kind = 0; kind < this.children.length; kind++) {
        const output = this.judged(this.members[kind * this.copies + f].forward(inputs, { mode: pass.mode } as Pass));
        const width = output.shape[1];
        all ??= this.empty(x, width);
        for (let i = 0; i < rows.length; i++) {
          const to = (kind * folds.length + rows[i]) * width;
          for (let j = 0; j < width; j++) all.data[to + j] = output.data[i * width + j];
        }
      }
    }
    return all as Tensor;
  }

  private empty(x: Tensor, width: number): Tensor {
    const shape = [this.children.length, x.shape[0], width];
    return new Tensor(shape, zeros(x.dtype, sizeOf(shape)));
  }

  private judged(output: Tensor): Tensor {
    if (this.answers === "numbers") return output;
    const p = this.workspace.tensor(output.shape, output.dtype);
    this.workspace.kernels.softmax(p.data, output.data, output.shape[0], output.shape[1]);
    return p;
  }

  // y = log Σₖ mix[k]·p[k], or Σₖ mix[k]·x[k]
  private answer(kinds: Tensor): Tensor {
    this.answersOfKinds = kinds;
    const [count, batch, outputs] = kinds.shape;
    const y = this.workspace.tensor([batch, outputs], kinds.dtype);
    for (let i = 0; i < y.size; i++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += this.mix.data[k] * kinds.data[k * y.size + i];
      y.data[i] = this.answers === "numbers" ? sum : Math.log(Math.max(sum, leastProbability));
    }
    return y;
  }

  private pick(x: Tensor, rows: Int32Array): Tensor {
    const size = sizeOf(x.shape.slice(1));
    const picked = this.workspace.tensor([rows.length, ...x.shape.slice(1)], x.dtype);
    for (let i = 0; i < rows.length; i++) {
      picked.data.set(x.data.subarray(rows[i] * size, (rows[i] + 1) * size), i * size);
    }
    return picked;
  }

  override describe(): string {
    const kinds = this.children.length;
    return `${this.name || "ensemble"} (${kinds} kinds of members in ${this.copies} copies)`;
  }
}

const foldOf = (fold: number, copies: number): number => fold % copies;

/**
 * As many rows of the batch as there are, none of them of the fold: in place of each that is, the next one that is not.
 * None, where there are no others.
 */
function rowsWithout(folds: Int32Array, fold: number): Int32Array {
  const { length } = folds;
  const rows = new Int32Array(length);
  if (folds.every((each) => each === fold)) return new Int32Array(0);
  for (let i = 0; i < length; i++) {
    let row = i;
    while (folds[row] === fold) row = (row + 1) % length;
    rows[i] = row;
  }
  return rows;
}

export const ensemble = layerKind({
  schema: v.strictObject({
    layers: innerLayers,
    copies: v.optional(v.pipe(count, v.maxValue(1000)), 1),
    answers: v.optional(v.picklist(answerKinds), "probabilities"),
  }),
  create: ({ layers, copies, answers }, { name, inputShape, inner }) => {
    const each = () => layers.map((layer) => inner([layer], inputShape)[0]);
    return new Ensemble(Array.from({ length: copies }, each), { name, answers });
  },
});
