import * as v from "valibot";
import { pow } from "../mathematics/power.ts";
import { cos } from "../mathematics/trigonometric.ts";
import { count } from "../schema.ts";
import { SettingsError } from "../tensor/errors.ts";
import { type DType, formatShape, type Shape, Tensor } from "../tensor/tensor.ts";
import { Layer } from "./layer.ts";
import { layerKind } from "./layerKind.ts";

export interface DctOptions {
  /** the number of lowest frequencies that are kept in each direction */
  readonly keep: number;
  /** q: 0 leaves the amplitudes as they are, 1 makes those of natural images about equal */
  readonly power?: number;
  readonly dtype?: DType;
}

/**
 * Images as the amplitudes of their lowest frequencies: the discrete cosine transform of rows, columns and channels,
 *     y[u, v, d] = Σ x[i, j, c]·R[u, i]·S[v, j]·T[d, c],   u, v < keep,
 * R[u, i] = a(u)·√(2/n)·cos(π(2i + 1)u/2n), √(1/n) for u = 0; S in the same way, T without a. Neighbouring pixels are correlated,
 * which slows learning down; amplitudes are nearly uncorrelated (Ahmed, Natarajan & Rao 1974). The amplitudes of natural images fall like
 * 1/(1 + u) (Field 1987), so a(u) ∝ (1 + u)^q amplifies high frequencies, scaled so that pixels of mean square 1 give amplitudes of mean
 * square about 1. Nothing is trained.
 * (batch, height, width, channels) → (batch, keep²·channels). Throws SettingsError unless 1 ≤ keep ≤ height, width,
 * 0 ≤ q ≤ 2 and there are at most 16 channels.
 */
export class Dct extends Layer {
  readonly kind = "dct";
  readonly shape: readonly [height: number, width: number, channels: number];
  readonly keep: number;
  readonly power: number;
  /** R, S and T */
  readonly rows: Tensor;
  readonly columns: Tensor;
  readonly colours: Tensor;
  /** S and T as one matrix, (width·channels, keep·channels) */
  private readonly across: Tensor;
  private batch = 0;

  constructor(shape: Shape, { keep, power = 0, dtype = "float32" }: DctOptions) {
    super();
    const [height, width, channels] = shape;
    if (shape.length !== 3) {
      throw new SettingsError(`Dct: wanted images (height, width, channels), got ${formatShape(shape)}`);
    }
    if (channels > 16) throw new SettingsError(`Dct: wanted at most 16 channels, got ${channels}`);
    if (!Number.isInteger(keep) || keep < 1 || keep > Math.min(height, width)) {
      throw new SettingsError(`Dct: keep must be a whole number from 1 to ${Math.min(height, width)}, got ${keep}`);
    }
    if (!(power >= 0 && power <= 2)) throw new SettingsError(`Dct: power must lie between 0 and 2, got ${power}`);
    this.shape = [height, width, channels];
    this.keep = keep;
    this.power = power;
    this.rows = cosines(height, keep, power, dtype);
    this.columns = cosines(width, keep, power, dtype);
    this.colours = cosines(channels, channels, 0, dtype);
    this.across = together(this.columns, this.colours, dtype);
  }

  override options() {
    return { keep: this.keep, power: this.power };
  }

  override multiplyAdds([height, width, channels]: Shape): number {
    return height * width * channels * this.keep * channels + this.keep * height * this.keep * channels;
  }

  outputShape(shape: Shape): Shape {
    const wanted = ["batch", ...this.shape].join(", ");
    this.expectShape("input", shape, `(${wanted})`, formatShape(shape.slice(1)) === formatShape(this.shape));
    return [shape[0], this.keep ** 2 * this.shape[2]];
  }

  // First along the rows of pixels, then along the columns
  forward(x: Tensor): Tensor {
    const [batch, size] = this.outputShape(x.shape);
    const [height, width, channels] = this.shape;
    const { kernels } = this.workspace;
    const [line, kept] = [width * channels, this.keep * channels];
    const t = this.workspace.tensor([batch, height, kept], x.dtype);
    kernels.matmul(t.data, x.data, this.across.data, batch * height, line, kept);
    const y = this.workspace.tensor([batch, size], x.dtype);
    for (let i = 0; i < batch; i++) {
      kernels.matmul(slice(y, i), this.rows.data, slice(t, i), this.keep, height, kept);
    }
    this.batch = batch;
    return y;
  }

  backward(dy: Tensor): Tensor {
    const [batch, size] = this.outputShape([this.saved(this.batch || undefined), ...this.shape]);
    this.expectGradient(dy, [batch, size]);
    const [height, width, channels] = this.shape;
    const { kernels } = this.workspace;
    const [line, kept] = [width * channels, this.keep * channels];
    const dt = this.workspace.tensor([batch, height, kept], dy.dtype);
    for (let i = 0; i < batch; i++) {
      kernels.matmulTransposeA(slice(dt, i), this.rows.data, slice(dy, i), height, this.keep, kept);
    }
    const dx = this.workspace.tensor([batch, ...this.shape], dy.dtype);
    kernels.matmulTransposeB(dx.data, dt.data, this.across.data, batch * height, kept, line);
    return dx;
  }

  override describe(): string {
    return `${this.name || "dct"} (the ${this.keep}×${this.keep} lowest of ${formatShape(this.shape)})`;
  }
}

/** The first `keep` cosines of length n, as rows, with the amplitudes that the class states: (keep, n). */
function cosines(n: number, keep: number, power: number, dtype: DType): Tensor {
  // Scaled to Σ share² = n, as for an orthonormal transform of n pixels of variance 1
  const falling = Float64Array.from({ length: n }, (_, u) => 1 / (1 + u));
  const energy = falling.reduce((sum, share) => sum + share ** 2, 0) / n;
  const weighted = falling.subarray(0, keep).reduce((sum, share) => sum + pow(share, 2 - 2 * power), 0) / keep;
  const scale = Math.sqrt(energy / weighted);
  return cosineRows(n, keep, dtype, (u) => scale * pow(falling[u], -power));
}

/** a(u)·√(2/n)·cos(π(2i + 1)u/2n) for u < keep and i < n, with √(1/n) for u = 0: (keep, n). Without `amplitude`, a = 1, the rows are orthonormal. */
export function cosineRows(n: number, keep: number, dtype: DType, amplitude: (u: number) => number = () => 1): Tensor {
  const matrix = Tensor.zeros([keep, n], dtype);
  for (let u = 0; u < keep; u++) {
    const factor = amplitude(u) * Math.sqrt((u === 0 ? 1 : 2) / n);
    for (let i = 0; i < n; i++) matrix.data[u * n + i] = factor * cos((Math.PI * (2 * i + 1) * u) / (2 * n));
  }
  return matrix;
}

/** S and T in one product: K[(j, c), (v, d)] = S[v, j]·T[d, c]. */
function together(columns: Tensor, colours: Tensor, dtype: DType): Tensor {
  const [[keep, width], [channels]] = [columns.shape, colours.shape];
  const matrix = Tensor.zeros([width * channels, keep * channels], dtype);
  let at = 0;
  for (let j = 0; j < width; j++) {
    for (let c = 0; c < channels; c++) {
      for (let v = 0; v < keep; v++) {
        for (let d = 0; d < channels; d++) {
          matrix.data[at++] = columns.data[v * width + j] * colours.data[d * channels + c];
        }
      }
    }
  }
  return matrix;
}

/** One row of a batch. */
function slice(tensor: Tensor, i: number): Tensor["data"] {
  const size = tensor.size / tensor.shape[0];
  return tensor.data.subarray(i * size, (i + 1) * size);
}

export const dct = layerKind({
  schema: v.strictObject({ keep: count, power: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(2))) }),
  create: ({ keep, power = 0 }, { inputShape, dtype }) => new Dct(inputShape, { keep, power, dtype }),
});
