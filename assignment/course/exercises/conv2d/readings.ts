import { flat, type Reading } from "./formulas.ts";

type Known = readonly [cause: string, words: string, reading: Reading];

/** Ways to read x or w that forward and each gradient can have. */
export const readings: readonly Known[] = [
  [
    "flipped",
    "the kernel is turned by 180°: its last place is multiplied with the first pixel",
    { tap: ([k, l], [h, w]) => [h - 1 - k, w - 1 - l] },
  ],
  ["flipped", "the kernel is upside down", { tap: ([k, l], [h]) => [h - 1 - k, l] }],
  ["flipped", "the kernel is mirrored from left to right", { tap: ([k, l], [, w]) => [k, w - 1 - l] }],
  ["transposed", "rows and columns of the kernel are exchanged", { tap: ([k, l]) => [l, k] }],
  [
    "padding",
    "the zeros are added below and on the right only; the position in x lacks −padding",
    { pixel: (o, t) => o + t },
  ],
  ["padding", "the position in x has +padding and should have −padding", { pixel: (o, t, p) => o + t + p }],
  ["padding", "the position in x is shifted by twice the padding", { pixel: (o, t, p) => o + t - 2 * p }],
  [
    "padding",
    "the pixel at the edge is repeated outside of the image; x is 0 there",
    { pixel: (o, t, p, n) => Math.min(Math.max(o + t - p, 0), n - 1) },
  ],
  [
    "padding",
    "the image is continued from the other side outside of its edges; x is 0 there",
    { pixel: (o, t, p, n) => (o + t - p + n) % n },
  ],
  [
    "padding",
    "the image is mirrored outside of its edges; x is 0 there",
    { pixel: (o, t, p, n) => (o + t - p < 0 ? -(o + t - p) : o + t - p >= n ? 2 * n - 2 - (o + t - p) : o + t - p) },
  ],
  [
    "sign",
    "the kernel's position is subtracted: it should be added to that of the output",
    { pixel: (o, t, p) => o - t + p },
  ],
  [
    "wrong-layout",
    "w is read as (kernel height, kernel width, out, in)",
    { wAt: ([k, l, c, o], [, w, channels, filters]) => ((k * w + l) * filters + o) * channels + c },
  ],
  [
    "wrong-layout",
    "w is read as (out, in, kernel height, kernel width)",
    { wAt: ([k, l, c, o], [h, w, channels]) => ((o * channels + c) * h + k) * w + l },
  ],
  [
    "wrong-layout",
    "w is read as (in, kernel height, kernel width, out)",
    { wAt: ([k, l, c, o], [h, w, , filters]) => ((c * h + k) * w + l) * filters + o },
  ],
  [
    "wrong-layout",
    "x is read as (batch, channels, height, width)",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * channels + c) * h + i) * w + j },
  ],
  [
    "wrong-layout",
    "y is written as (batch, channels, height, width)",
    { yAt: ([n, i, j, o], [, h, w, filters]) => ((n * filters + o) * h + i) * w + j },
  ],
  [
    "wrong-layout",
    "height and width of x are exchanged: a row has as many pixels as the image has rows",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * w + i) * h + j) * channels + c },
  ],
  [
    "wrong-layout",
    "height and width of y are exchanged: a row has as many outputs as y has rows",
    { yAt: ([n, i, j, o], [, h, w, filters]) => ((n * w + i) * h + j) * filters + o },
  ],
  [
    "wrong-layout",
    "height and width of the kernel are exchanged in the position in w",
    { wAt: ([k, l, c, o], [h, , channels, filters]) => ((k * h + l) * channels + c) * filters + o },
  ],
  [
    "wrong-layout",
    "rows and columns of the image are exchanged",
    { xAt: ([n, i, j, c], [, h, w, channels]) => ((n * h + j) * w + i) * channels + c },
  ],
  ["one-channel", "only the first channel of x counts", { only: (_n, _tap, c) => c === 0 }],
  ["one-channel", "only the last channel of x counts", { only: (_n, _tap, c, { x }) => c === x.shape[3] - 1 }],
  ["one-example", "only the first image of the batch counts", { only: (n) => n === 0 }],
  ["one-example", "only the last image of the batch counts", { only: (n, _tap, _c, { x }) => n === x.shape[0] - 1 }],
  [
    "one-example",
    "the first image is used for all examples",
    { xAt: ([, ...rest], shape) => flat([0, ...rest], shape) },
  ],
  ["off-by-one", "the last row of the kernel is left out", { only: (_n, [k], _c, { w }) => k < w.shape[0] - 1 }],
  ["off-by-one", "the last column of the kernel is left out", { only: (_n, [, l], _c, { w }) => l < w.shape[1] - 1 }],
  [
    "off-by-one",
    "the first row and column of the image are treated as outside",
    { pixel: (o, t, p) => (o + t - p <= 0 ? -1 : o + t - p) },
  ],
  [
    "padding",
    "the position in the row of x lacks −padding; that of the rows is right",
    { columnPixel: (o, t) => o + t },
  ],
  ["padding", "the position of the row in x lacks −padding; that in the row is right", { rowPixel: (o, t) => o + t }],
  [
    "off-by-one",
    "the first row of the image is treated as outside",
    { rowPixel: (o, t, p) => (o + t - p <= 0 ? -1 : o + t - p) },
  ],
  [
    "off-by-one",
    "the first column of the image is treated as outside",
    { columnPixel: (o, t, p) => (o + t - p <= 0 ? -1 : o + t - p) },
  ],
  [
    "off-by-one",
    "the last row of the image is treated as outside",
    { rowPixel: (o, t, p, n) => (o + t - p >= n - 1 ? -1 : o + t - p) },
  ],
  [
    "off-by-one",
    "the last column of the image is treated as outside",
    { columnPixel: (o, t, p, n) => (o + t - p >= n - 1 ? -1 : o + t - p) },
  ],
  [
    "stride",
    "the outputs are two pixels apart: the position of the output has a factor 2",
    { pixel: (o, t, p) => 2 * o + t - p },
  ],
  [
    "stride",
    "the rows of outputs are two pixels apart: their position has a factor 2",
    { rowPixel: (o, t, p) => 2 * o + t - p },
  ],
  [
    "off-by-one",
    "the last row and column of the image are treated as outside",
    { pixel: (o, t, p, n) => (o + t - p >= n - 1 ? -1 : o + t - p) },
  ],
  ["overwritten", "the products overwrite each other; they should be added", { last: true }],
];
