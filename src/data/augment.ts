import type { Workspace } from "../kernels/workspace.ts";
import { exp } from "../mathematics/exponential.ts";
import { log } from "../mathematics/logarithm.ts";
import { pow } from "../mathematics/power.ts";
import type { RandomState } from "../random/randomState.ts";
import { SettingsError } from "../tensor/errors.ts";
import { formatShape, type Numbers, type Tensor } from "../tensor/tensor.ts";
import type { Batch } from "./batches.ts";

/** The random changes of training images. A setting that is left out is off. */
export interface AugmentationSettings {
  /**
   * true: mirrors an image left to right with probability ½. "alternate": mirrors one half of the images in one epoch and the
   * other half in the next, so each image appears in both orientations within two epochs. Jordan 2024, arXiv:2404.00498
   */
  readonly flip?: boolean | "alternate";
  /** shifts by −shift … shift pixels down and across, each equally likely: a crop of the image with a border */
  readonly shift?: number;
  /** the pixels beyond the border: the image mirrored at its edge pixels, or 0, which is the mean colour after normalization */
  readonly border?: "reflect" | "zero";
  /** sets a square of this side, with a random centre and cut off at the edges, to 0. DeVries & Taylor 2017, arXiv:1708.04552 */
  readonly cutout?: number;
  /**
   * α: each image becomes λ·itself + (1−λ)·another of the batch, as do their labels, or their numbers or probabilities,
   * λ ~ Beta(α, α) for the batch. Zhang et al. 2018
   */
  readonly mixup?: number;
  /**
   * α: replaces a rectangle of each image by the same rectangle of another image in the batch. All images of a batch use the same
   * rectangle; it has a fraction 1 − λ of the pixels before it is cut off at the edges, λ ~ Beta(α, α). Labels are mixed in
   * proportion to the pixels. If mixup is on as well, each batch gets one of the two. Yun et al. 2019, arXiv:1905.04899
   */
  readonly cutmix?: number;
}

export interface AugmentedBatch extends Batch {
  /** with mixup or cutmix, instead of labels: the probability of each class, (batch, classes), or the mixed targets, (batch, width) */
  readonly softTargets?: Tensor;
}

/**
 * Changes batches of normalized images (batch, height, width, channels) at random, with its own random stream. The draws depend
 * neither on the pixels nor on their type. For each image it draws the flip, the two shifts and the centre of the cutout (only
 * those that are on); then, for the batch, the choice between mixup and cutmix if both are on, λ, the centre of cutmix and the
 * partners. Alternating flips depend on the row, the epoch and `salt`, which is drawn first. Throws SettingsError for settings
 * that are out of range.
 */
export class Augmentation {
  readonly settings: AugmentationSettings;
  /** the random stream; its state is part of a checkpoint */
  readonly random: RandomState;
  /** determines which images alternating flips mirror in the first epoch */
  readonly salt: number;

  constructor(
    settings: AugmentationSettings,
    { random, salt }: { readonly random: RandomState; readonly salt?: number },
  ) {
    const { flip, shift = 0, cutout = 0, mixup = 0, cutmix = 0 } = settings;
    for (const [name, value] of Object.entries({ shift, cutout })) {
      if (!Number.isInteger(value) || value < 0)
        throw new SettingsError(`augmentation: ${name} must be a whole number of pixels, got ${value}`);
    }
    for (const [name, value] of Object.entries({ mixup, cutmix })) {
      if (!(value >= 0 && value < Infinity))
        throw new SettingsError(`augmentation: ${name} must be a number of at least 0, got ${value}`);
    }
    this.settings = settings;
    this.random = random;
    this.salt = salt ?? (flip === "alternate" ? random.randint(0, 2 ** 31) : 0);
  }

  /**
   * A changed copy of a batch. `classes` is the number of classes; mixup and cutmix need it. Throws SettingsError for inputs that
   * are not images, and, with alternating flips, for a batch without `rows` and `epoch`.
   */
  apply(
    batch: Batch,
    { classes, workspace }: { readonly classes: number; readonly workspace: Workspace },
  ): AugmentedBatch {
    const { mixup = 0, cutmix = 0 } = this.settings;
    const { random } = this;
    const moves = this.moves(batch);
    if (mixup === 0 && cutmix === 0) return { ...batch, inputs: moved(batch.inputs, workspace, moves) };
    const both = mixup > 0 && cutmix > 0;
    const options = { classes, workspace, moves };
    if (both ? random.randomSample() < 0.5 : mixup > 0) return { ...batch, ...mixed(batch, mixup, random, options) };
    return { ...batch, ...cutAndPasted(batch, cutmix, random, options) };
  }

  /** Draws the moves of each image; undefined if all stay as they are. */
  private moves(batch: Batch): Moves | undefined {
    const { flip = false, shift = 0, border = "reflect", cutout = 0 } = this.settings;
    if (!flip && shift === 0 && cutout === 0) return undefined;
    const { random } = this;
    const mirrored = flip === "alternate" ? alternating(batch, this.salt) : undefined;
    const [rows, height, width] = imageShape(batch.inputs, shift, border);
    const [lines, columns] = [new Int32Array(rows * height), new Int32Array(rows * width)];
    const cuts: Cut[] = [];
    for (let row = 0; row < rows; row++) {
      const mirror = mirrored ? mirrored(row) : flip === true && random.randomSample() < 0.5;
      const down = shift > 0 ? random.randint(-shift, shift + 1) : 0;
      const across = shift > 0 ? random.randint(-shift, shift + 1) : 0;
      findSources(lines.subarray(row * height, (row + 1) * height), down, border, false);
      findSources(columns.subarray(row * width, (row + 1) * width), across, border, mirror);
      if (cutout > 0) cuts.push({ side: cutout, y: random.randint(0, height), x: random.randint(0, width) });
    }
    return { lines, columns, cuts };
  }
}

/** A square with a centre, cut off at the edges. */
interface Cut {
  readonly side: number;
  readonly y: number;
  readonly x: number;
}

/** Where the pixels of each image come from, as for `movePixels`, and the square of each that becomes 0, if any do. */
interface Moves {
  readonly lines: Int32Array;
  readonly columns: Int32Array;
  readonly cuts: readonly Cut[];
}

function moved(inputs: Tensor, workspace: Workspace, moves: Moves | undefined): Tensor {
  if (!moves) return inputs;
  const changed = workspace.tensor(inputs.shape, inputs.dtype);
  const [batch, height, width, channels] = imageShape(inputs, 0, "zero");
  const { lines, columns, cuts } = moves;
  const size = height * width * channels;
  const of = { batch, height, width, channels, lines, columns };
  workspace.kernels.images.movePixels(changed.data, inputs.data, of);
  for (const [row, square] of cuts.entries()) {
    cut(changed.data.subarray(row * size, (row + 1) * size), [height, width, channels], square);
  }
  return changed;
}

/** Whether an image of the batch is mirrored: one bit of a hash of its row and the salt, inverted in every second epoch. */
function alternating({ rows, epoch }: Batch, salt: number): (place: number) => boolean {
  if (!rows || epoch === undefined) {
    throw new SettingsError(
      'augmentation: flip: "alternate" needs the rows and the epoch of a batch, as `fit` gives them; flip: true needs neither',
    );
  }
  return (place) => ((hash(rows[place] ^ salt) + epoch) & 1) === 1;
}

/** The end of MurmurHash3: every bit of the input changes every bit of the result with probability ½. Appleby 2011 */
function hash(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

interface MixOptions {
  readonly classes: number;
  readonly workspace: Workspace;
  readonly moves: Moves | undefined;
}

/** The inputs and soft targets of a batch in which each row is mixed with another row. */
interface Mixture {
  readonly inputs: Tensor;
  readonly softTargets: Tensor;
}

function mixed(batch: Batch, alpha: number, random: RandomState, options: MixOptions): Mixture {
  const inputs = moved(batch.inputs, options.workspace, options.moves);
  const rows = batch.labels.length;
  const share = symmetricBeta(random, alpha);
  const partners = random.permutation(rows);
  const mixture = mixedRows(inputs, partners, share, options.workspace);
  return { inputs: mixture, softTargets: softTargetsOf(batch, partners, share, options) };
}

function cutAndPasted(batch: Batch, alpha: number, random: RandomState, options: MixOptions): Mixture {
  const { workspace, moves } = options;
  const [rows, height, width, channels] = imageShape(batch.inputs, 0, "zero");
  const side = Math.sqrt(1 - symmetricBeta(random, alpha));
  const [top, bottom] = around(random.randint(0, height), Math.floor(height * side), height);
  const [left, right] = around(random.randint(0, width), Math.floor(width * side), width);
  const partners = random.permutation(rows);
  // Squares are cut out before images are pasted, so both are separate then; otherwise one pass moves and pastes
  const isOnePass = moves !== undefined && moves.cuts.length === 0;
  const inputs = isOnePass ? batch.inputs : moved(batch.inputs, workspace, moves);
  const { lines, columns } = isOnePass ? moves : unmoved(rows, height, width);
  const pasted = workspace.tensor(inputs.shape, inputs.dtype);
  const paste = { partners, top, bottom, left, right };
  const of = { batch: rows, height, width, channels, lines, columns, paste };
  workspace.kernels.images.movePixels(pasted.data, inputs.data, of);
  const share = 1 - ((bottom - top) * (right - left)) / (height * width);
  return { inputs: pasted, softTargets: softTargetsOf(batch, partners, share, options) };
}

function unmoved(rows: number, height: number, width: number): Pick<Moves, "lines" | "columns"> {
  const along = (length: number) => Int32Array.from({ length: rows * length }, (_, i) => i % length);
  return { lines: along(height), columns: along(width) };
}

/** The range [from, to) of `size` places around a centre, cut off at 0 and `length`. */
function around(centre: number, size: number, length: number): readonly [from: number, to: number] {
  const from = centre - (size >> 1);
  return [Math.max(0, from), Math.min(length, from + size)];
}

/** Soft targets (batch, classes): each row has probability `share` for its own class and 1 − `share` for its partner's; or the mixed targets. */
function softTargetsOf(
  { inputs: { dtype }, labels, targets }: Batch,
  partners: Int32Array,
  share: number,
  { classes, workspace }: MixOptions,
): Tensor {
  if (targets) return mixedRows(targets, partners, share, workspace);
  const softTargets = workspace.tensor([labels.length, classes], dtype);
  softTargets.data.fill(0);
  for (let row = 0; row < labels.length; row++) {
    softTargets.data[row * classes + labels[row]] += share;
    softTargets.data[row * classes + labels[partners[row]]] += 1 - share;
  }
  return softTargets;
}

/** λ·itself + (1−λ)·its partner, for each row; λ is `share`. */
function mixedRows(rows: Tensor, partners: Int32Array, share: number, workspace: Workspace): Tensor {
  const { shape, dtype, data, size } = rows;
  const mixture = workspace.tensor(shape, dtype);
  const width = size / partners.length;
  for (let row = 0; row < partners.length; row++) {
    const [own, other] = [row * width, partners[row] * width];
    for (let j = 0; j < width; j++) mixture.data[own + j] = share * data[own + j] + (1 - share) * data[other + j];
  }
  return mixture;
}

function imageShape(inputs: Tensor, shift: number, border: string): [number, number, number, number] {
  const { shape } = inputs;
  if (shape.length !== 4) {
    throw new SettingsError(`augmentation needs images (batch, height, width, channels), got ${formatShape(shape)}`);
  }
  const [rows, height, width, channels] = shape;
  if (border === "reflect" && shift > 0 && shift >= Math.min(height, width)) {
    throw new SettingsError(`augmentation: a shift of ${shift} cannot be reflected in ${height}×${width} pixels`);
  }
  return [rows, height, width, channels];
}

/** For each place i along a side, the place that its pixel is taken from: i + offset, mirrored if `mirror` is true; −1 for none. */
function findSources(places: Int32Array, offset: number, border: string, mirror: boolean): void {
  const { length } = places;
  for (let i = 0; i < length; i++) {
    let place = i + offset;
    if (place < 0) place = border === "reflect" ? -place : -1;
    else if (place >= length) place = border === "reflect" ? 2 * (length - 1) - place : -1;
    places[mirror ? length - 1 - i : i] = place;
  }
}

function cut(
  image: Numbers,
  [height, width, channels]: readonly [number, number, number],
  { side, y: centreY, x: centreX }: Cut,
): void {
  const [top, bottom] = around(centreY, side, height);
  const [left, right] = around(centreX, side, width);
  for (let y = top; y < bottom; y++) image.fill(0, (y * width + left) * channels, (y * width + right) * channels);
}

/**
 * Beta(α, α): draws uniform u, v until u^(1/α) + v^(1/α) ≤ 1 and returns u^(1/α) divided by that sum, with logarithms for small
 * α. Jöhnk 1964
 */
function symmetricBeta(random: RandomState, alpha: number): number {
  if (alpha > 1) return viaGamma(random, alpha);
  for (;;) {
    const [a, b] = [log(random.randomSample()) / alpha, log(random.randomSample()) / alpha];
    const larger = Math.max(a, b);
    if (larger === -Infinity) continue;
    const logSum = larger + log(exp(a - larger) + exp(b - larger));
    if (logSum <= 0) return exp(a - logSum);
  }
}

/** Beta(α, α) as X/(X + Y) for two gamma variables, because Jöhnk's method rejects nearly all draws for large α. Marsaglia & Tsang 2000 */
function viaGamma(random: RandomState, alpha: number): number {
  const gamma = (): number => {
    const d = alpha - 1 / 3;
    const c = 1 / Math.sqrt(9 * d);
    for (;;) {
      const x = random.randn();
      const v = pow(1 + c * x, 3);
      if (v > 0 && log(random.randomSample()) < 0.5 * x * x + d - d * v + d * log(v)) return d * v;
    }
  };
  const [x, y] = [gamma(), gamma()];
  return x / (x + y);
}
