import * as v from "valibot";
import type { Workspace } from "../kernels/workspace.ts";
import { log } from "../mathematics/logarithm.ts";
import { count } from "../schema.ts";
import type { Buffer, Parameter } from "../tensor/parameter.ts";
import { type Numbers, type Shape, Tensor, zeros } from "../tensor/tensor.ts";
import { Layer, type Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";
import { innerLayers } from "./residual.ts";
import { Sequential } from "./sequential.ts";

export type EnsembleAnswers = "probabilities" | "numbers";

/** Smaller probabilities are replaced by this one, so that their logarithm is finite. */
export const leastProbability = 1e-12;

/**
 * Networks of several kinds, each in several copies, that are trained side by side and averaged:
 * p = Σₖ mix[k]·(mean over the copies of softmax(memberₖ(x))), y = log p; with answers "numbers" y = Σₖ mix[k]·(mean of memberₖ(x)).
 * In training each member has its own rows in the output, (batch, …) → (members·batch, outputs): the first member's, then the second's,
 * so each has its own loss. `mix` is not trained: `fitMix` sets it.
 * Breiman 1996, "Stacked regressions"; Lakshminarayanan et al. 2017, arXiv:1612.01474. Throws ShapeError for other inputs.
 */
export class Ensemble extends Layer {
  readonly kind = "ensemble";
  readonly answers: EnsembleAnswers;
  readonly copies: number;
  /** the copies of the first kind, then of the second, … */
  readonly members: readonly Sequential[];
  /** (kinds): the weight of each kind, with sum 1 */
  readonly mix: Tensor;
  override readonly parameters: readonly Parameter[];
  override readonly buffers: readonly Buffer[];
  private readonly kinds: readonly Layer[];
  private batch: number | undefined;

  /** `copies[f][k]` is copy f of kind k; all copies have the same kinds. A layer that is not a Sequential is put into one. */
  constructor(
    copies: readonly (readonly Layer[])[],
    { answers = "probabilities" }: { readonly answers?: EnsembleAnswers } = {},
  ) {
    super();
    this.answers = answers;
    this.copies = copies.length;
    this.kinds = copies[0];
    this.members = this.kinds.flatMap((_, k) =>
      copies.map(({ [k]: layer }) => (layer instanceof Sequential ? layer : new Sequential([layer]))),
    );
    for (const member of this.members) member.belongTo(this);
    this.parameters = this.members.flatMap(({ parameters }) => parameters);
    const inner = this.members.flatMap(({ buffers }) => buffers);
    const kinds = this.kinds.length;
    this.mix = new Tensor([kinds], zeros([...this.parameters, ...inner][0]?.value.dtype ?? "float32", kinds));
    this.mix.data.fill(1 / kinds);
    this.buffers = [...inner, { key: "mix", value: this.mix }];
  }

  /** one copy of each kind */
  override get isParallel(): boolean {
    return true;
  }

  override get children(): readonly Layer[] {
    return this.kinds;
  }

  override options() {
    return { copies: this.copies, answers: this.answers };
  }

  override get prefix(): string {
    return "ens";
  }

  /** "m1f2_fc1_w": kind 1, copy 2 */
  private keys(of: "parameterKeys" | "bufferKeys"): string[] {
    return this.members.flatMap((member, m) => member[of].map((key) => `${this.nameOf(m)}_${key}`));
  }

  override get parameterKeys(): readonly string[] {
    return this.keys("parameterKeys");
  }

  override get bufferKeys(): readonly string[] {
    return [...this.keys("bufferKeys"), "mix"];
  }

  nameOf(member: number): string {
    return `m${Math.floor(member / this.copies) + 1}f${(member % this.copies) + 1}`;
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

  outputShape(shape: Shape, mode?: Pass["mode"]): Shape {
    const shapes = this.members.map((member) => member.outputShape(shape, mode));
    const [[rows, outputs]] = shapes;
    const same = shapes.every((each) => each.length === 2 && each[1] === outputs);
    this.expectShape("outputs of the members", shapes.flat(), "(batch, outputs), the same of each", same);
    return [mode === "train" ? shapes.length * rows : rows, outputs];
  }

  // in training y[m] = memberₘ(x)
  forward(x: Tensor, pass: Pass): Tensor {
    if (pass.mode === "evaluate") return this.mixed(this.kinds.map((_, kind) => this.answerOf(x, kind)));
    const outputs = this.members.map((member) => member.forward(x, pass));
    const [{ size, shape }] = outputs;
    const y = this.workspace.tensor([outputs.length * shape[0], shape[1]], x.dtype);
    outputs.forEach(({ data }, m) => {
      y.data.set(data, m * size);
    });
    [this.batch] = shape;
    return y;
  }

  // dx = Σ memberₘ′(dy[m])
  backward(dy: Tensor): Tensor {
    const [first, ...others] = this.parts(dy).map((part, m) => this.members[m].backward(part));
    const dx = this.workspace.tensor(first.shape, dy.dtype);
    dx.data.set(first.data);
    for (const { data } of others) this.workspace.kernels.addScaled(dx.data, data, 1);
    return dx;
  }

  override backwardParameters(dy: Tensor): void {
    this.parts(dy).forEach((part, m) => {
      this.members[m].backwardParameters(part);
    });
  }

  private parts({ shape, data }: Tensor): Tensor[] {
    const batch = this.saved(this.batch);
    const { length } = this.members;
    this.expectShape("dy", shape, `(${length * batch}, outputs)`, shape.length === 2 && shape[0] === length * batch);
    const size = batch * shape[1];
    return this.members.map((_, m) => new Tensor([batch, shape[1]], data.subarray(m * size, (m + 1) * size)));
  }

  /** The outputs of a kind: the mean of its copies, or of one of them; probabilities or numbers, (batch, outputs). */
  answerOf(x: Tensor, kind: number, copy?: number): Tensor {
    const { copies, workspace, answers } = this;
    const chosen = this.members.slice(kind * copies, (kind + 1) * copies).filter((_, f) => f === (copy ?? f));
    const all = chosen.map((member) => member.forward(x, { mode: "evaluate" }));
    const mean = workspace.tensor(all[0].shape, x.dtype);
    mean.data.fill(0);
    for (const { data, shape } of all) {
      const p = workspace.tensor(shape, x.dtype).data;
      if (answers === "probabilities") workspace.kernels.softmax(p, data, shape[0], shape[1]);
      workspace.kernels.addScaled(mean.data, answers === "probabilities" ? p : data, 1 / all.length);
    }
    return mean;
  }

  // y = log Σₖ mix[k]·p[k], or Σₖ mix[k]·x[k]
  mixed(answers: readonly Tensor[]): Tensor {
    const y = this.workspace.tensor(answers[0].shape, answers[0].dtype);
    for (let i = 0; i < y.size; i++) {
      let sum = 0;
      for (let k = 0; k < answers.length; k++) sum += this.mix.data[k] * answers[k].data[i];
      y.data[i] = this.answers === "numbers" ? sum : log(Math.max(sum, leastProbability));
    }
    return y;
  }
}

export const ensemble = layerKind({
  schema: v.strictObject({
    layers: innerLayers,
    copies: v.optional(count, 1),
    answers: v.optional(v.picklist(["probabilities", "numbers"]), "probabilities"),
  }),
  create: ({ layers, copies, answers }, { inputShape, inner }) => {
    const each = () => layers.map((layer) => inner([layer], inputShape)[0]);
    return new Ensemble(Array.from({ length: copies }, each), { answers });
  },
});
