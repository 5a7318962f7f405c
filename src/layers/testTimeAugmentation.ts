import * as v from "valibot";
import { count, index } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape, type Shape, sizeOf, type Tensor } from "../tensor/tensor.ts";
import { checkCounts } from "./checkCounts.ts";
import { EvaluationLayer } from "./evaluationLayer.ts";
import type { Pass } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

/** The views of each image whose outputs are averaged, besides the image itself. */
export interface TestTimeAugmentationOptions {
  /** also mirrored, left and right exchanged */
  readonly flip?: boolean;
  /** also shifted by this number of pixels down, up, across, and both; the border is mirrored at the edge pixels */
  readonly shift?: number;
  /** only shifted up and left, and down and right, by `shift` pixels: 3 views instead of 9 */
  readonly diagonal?: boolean | undefined;
}

/**
 * Test-time augmentation: in evaluation, several views of each image follow each other in the batch; `TestTimeAverage` behind the network
 * averages their logits. In training it is the identity, because augmentation changes the images already.
 * (batch, height, width, channels) → (batch·count, height, width, channels). Krizhevsky, Sutskever & Hinton 2012, section 4.1.
 * Throws SettingsError for a shift that is not smaller than the image, ShapeError for other inputs.
 */
export class TestTimeAugmentation extends EvaluationLayer {
  readonly kind = "testTimeAugmentation";
  readonly shape: Shape;
  /** for each view, for each number of it, its place in the image: count·height·width·channels */
  readonly places: Int32Array;
  readonly count: number;
  readonly flip: boolean;
  readonly shift: number;
  readonly diagonal: boolean;

  constructor(shape: Shape, { flip = false, shift = 0, diagonal = false }: TestTimeAugmentationOptions) {
    super();
    this.flip = flip;
    this.shift = shift;
    this.diagonal = diagonal;
    const [height, width, channels] = shape;
    if (shape.length !== 3)
      throw new SettingsError(`TestTimeAugmentation: wanted images (height, width, channels), got ${shape}`);
    if (!Number.isInteger(shift) || shift < 0 || shift >= Math.min(height, width)) {
      throw new SettingsError(
        `TestTimeAugmentation: shift must be a whole number of pixels below ${Math.min(height, width)}, got ${shift}`,
      );
    }
    const shifts = shift > 0 ? [0, -shift, shift] : [0];
    const views = [false, ...(flip ? [true] : [])].flatMap((mirror) =>
      shifts.flatMap((down) => (diagonal ? [down] : shifts).map((across) => ({ mirror, down, across }))),
    );
    this.shape = shape;
    this.places = new Int32Array(views.length * sizeOf(shape));
    let at = 0;
    for (const { mirror, down, across } of views) {
      for (let y = 0; y < height; y++) {
        const line = reflected(y, down, height) * width;
        for (let x = 0; x < width; x++) {
          const from = (line + reflected(mirror ? width - 1 - x : x, across, width)) * channels;
          for (let c = 0; c < channels; c++) this.places[at++] = from + c;
        }
      }
    }
    this.count = views.length;
  }

  override options() {
    const { flip, shift, diagonal } = this;
    return { flip, shift, ...(diagonal && { diagonal }) };
  }

  protected checkInput(shape: Shape): void {
    const wanted = ["batch", ...this.shape].join(", ");
    this.expectShape("input", shape, `(${wanted})`, formatShape(shape.slice(1)) === formatShape(this.shape));
  }

  protected evaluatedShape([batch]: Shape): Shape {
    return [batch * this.count, ...this.shape];
  }

  protected evaluate(x: Tensor): Tensor {
    const y = this.workspace.tensor(this.evaluatedShape(x.shape), x.dtype);
    const size = sizeOf(this.shape);
    const { places } = this;
    for (let image = 0, to = 0; image < x.size; image += size) {
      for (let i = 0; i < places.length; i++) y.data[to++] = x.data[image + places[i]];
    }
    return y;
  }

  override describe(): string {
    return `${this.name || "testTimeAugmentation"} (${this.count} of each image)`;
  }
}

/** The pixel that a side of `length` pixels shows at `place` after a shift; beyond its end it is mirrored at the edge pixel. */
function reflected(place: number, shift: number, length: number): number {
  const moved = Math.abs(place + shift);
  return moved < length ? moved : 2 * (length - 1) - moved;
}

/**
 * In evaluation y[i] = the mean of rows i·count … (i + 1)·count − 1, the logits of an image's views; in training the identity.
 * (batch·count, outputs) → (batch, outputs). Throws ShapeError where the rows are not those of whole images.
 */
export class TestTimeAverage extends EvaluationLayer {
  readonly kind = "testTimeAverage";
  readonly count: number;

  constructor(count: number) {
    super();
    checkCounts("TestTimeAverage", { count });
    this.count = count;
  }

  override options() {
    return { count: this.count };
  }

  protected checkInput(shape: Shape, mode: Pass["mode"]): void {
    const whole = mode === "train" || Number.isInteger(shape[0] / this.count);
    this.expectShape("input", shape, `(batch·${this.count}, outputs)`, shape.length === 2 && whole);
  }

  protected evaluatedShape([rows, outputs]: Shape): Shape {
    return [rows / this.count, outputs];
  }

  protected evaluate(x: Tensor): Tensor {
    const shape = this.evaluatedShape(x.shape);
    const [batch, classes] = shape;
    const y = this.workspace.tensor(shape, x.dtype);
    for (let image = 0; image < batch; image++) {
      for (let c = 0; c < classes; c++) {
        let sum = 0;
        for (let view = 0; view < this.count; view++) sum += x.data[(image * this.count + view) * classes + c];
        y.data[image * classes + c] = sum / this.count;
      }
    }
    return y;
  }

  override describe(): string {
    return `${this.name || "testTimeAverage"} (${this.count} views)`;
  }
}

export const testTimeAugmentation = layerKind({
  schema: v.strictObject({
    flip: v.optional(v.boolean(), false),
    shift: v.optional(v.pipe(index, v.maxValue(64)), 0),
    diagonal: v.optional(v.boolean()),
  }),
  create: (options, { inputShape }) => new TestTimeAugmentation(inputShape, options),
});

export const testTimeAverage = layerKind({
  schema: v.strictObject({ count }),
  create: (options) => new TestTimeAverage(options.count),
});
