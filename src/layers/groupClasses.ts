import * as v from "valibot";
import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";
import { index } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import type { Shape, Tensor } from "../tensor/tensor.ts";
import { EvaluationLayer } from "./evaluationLayer.ts";
import { layerKind } from "./layerKind.ts";

/**
 * The last layer of a network that is trained on fine classes and evaluated on coarse ones, with a logit for each of `groups.length`
 * classes; class c belongs to group `groups[c]`. In evaluation y[g] = log Σ_{c in g} e^x[c], so that softmax(y)[g] is the sum of
 * softmax(x) over the classes of the group; in training it is the identity, and the loss sees the fine classes.
 * (batch, classes) → (batch, groups) or (batch, classes). Throws SettingsError if a group from 0 to the largest has no class,
 * ShapeError for other inputs.
 */
export class GroupClasses extends EvaluationLayer {
  readonly kind = "groupClasses";
  readonly groups: readonly number[];
  readonly count: number;

  constructor(groups: readonly number[]) {
    super();
    this.groups = groups;
    this.count = new Set(groups).size;
    const strange = groups.findIndex((group) => !Number.isInteger(group) || group < 0 || group >= this.count);
    if (groups.length === 0 || strange >= 0) {
      const got = groups.length === 0 ? "none" : `${groups[strange]} for class ${strange}`;
      throw new SettingsError(
        `GroupClasses: wanted a group from 0 for each class, and none of them without a class, got ${got}`,
      );
    }
  }

  override options() {
    return { groups: this.groups };
  }

  protected checkInput(shape: Shape): void {
    const { length } = this.groups;
    this.expectShape("input", shape, `(batch, ${length})`, shape.length === 2 && shape[1] === length);
  }

  protected evaluatedShape([batch]: Shape): Shape {
    return [batch, this.count];
  }

  protected evaluate(x: Tensor): Tensor {
    const { groups, count } = this;
    const y = this.workspace.tensor(this.evaluatedShape(x.shape), x.dtype);
    const largest = new Float64Array(count);
    const sums = new Float64Array(count);
    for (let start = 0, to = 0; start < x.size; start += groups.length, to += count) {
      // Each group around its own maximum: none overflows, and none of small logits becomes log 0.
      largest.fill(-Infinity);
      sums.fill(0);
      for (let c = 0; c < groups.length; c++) largest[groups[c]] = Math.max(largest[groups[c]], x.data[start + c]);
      for (let c = 0; c < groups.length; c++) sums[groups[c]] += exp(x.data[start + c] - largest[groups[c]]);
      for (let g = 0; g < count; g++) {
        y.data[to + g] = largest[g] === -Infinity ? -Infinity : largest[g] + log(sums[g]);
      }
    }
    return y;
  }

  override describe(): string {
    return `${this.name || "groupClasses"} (${this.groups.length} classes in ${this.count} groups)`;
  }
}

export const groupClasses = layerKind({
  schema: v.strictObject({ groups: v.pipe(v.array(index), v.minLength(1), v.maxLength(10_000)) }),
  create: ({ groups }) => new GroupClasses(groups),
});
