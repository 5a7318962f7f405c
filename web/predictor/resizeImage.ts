/** Pixels as bytes, row-major, `channels` of each pixel. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: ArrayLike<number>;
}

const support = 3;

/** sinc(x)·sinc(x/3) for |x| < 3 */
function lanczos(x: number): number {
  if (x === 0) return 1;
  if (Math.abs(x) >= support) return 0;
  const at = Math.PI * x;
  return (support * Math.sin(at) * Math.sin(at / support)) / at ** 2;
}

/** For each target pixel the first source pixel that counts, and the weights from there on, which sum to 1. */
function weightsFor(source: number, target: number): { readonly first: number; readonly weights: Float64Array }[] {
  const scale = source / target;
  const stretch = Math.max(1, scale); // a smaller picture takes the mean over all that a pixel covers
  return Array.from({ length: target }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(0, Math.floor(centre - support * stretch));
    const last = Math.min(source - 1, Math.ceil(centre + support * stretch));
    const weights = Float64Array.from({ length: last - first + 1 }, (_, j) =>
      lanczos((first + j + 0.5 - centre) / stretch),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * The picture at another size, with Lanczos' filter of 3 lobes, as `predict` scales pictures: first the columns, then the rows, each
 * rounded to bytes. A picture of the right size stays as it is.
 */
export function resizeImage(
  { width, height, channels, data }: Pixels,
  to: { width: number; height: number },
): Uint8Array {
  if (to.width === width && to.height === height) return Uint8Array.from(data);
  const clamp = (value: number): number => Math.max(0, Math.min(255, Math.round(value)));
  const line = width * channels;
  const shorter = new Uint8Array(to.height * line);
  weightsFor(height, to.height).forEach(({ first, weights }, y) => {
    for (let x = 0; x < line; x++) {
      let sum = 0;
      for (let j = 0; j < weights.length; j++) sum += weights[j] * data[(first + j) * line + x];
      shorter[y * line + x] = clamp(sum);
    }
  });
  const result = new Uint8Array(to.height * to.width * channels);
  weightsFor(width, to.width).forEach(({ first, weights }, x) => {
    for (let y = 0; y < to.height; y++) {
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let j = 0; j < weights.length; j++) sum += weights[j] * shorter[y * line + (first + j) * channels + c];
        result[(y * to.width + x) * channels + c] = clamp(sum);
      }
    }
  });
  return result;
}

/** The largest part around the centre that has the shape of the target: what is left of a picture that must cover it. */
export function coverPart(picture: { width: number; height: number }, to: { width: number; height: number }) {
  const scale = Math.min(picture.width / to.width, picture.height / to.height);
  const [width, height] = [to.width * scale, to.height * scale].map((side) => Math.max(1, Math.round(side)));
  return {
    width,
    height,
    left: Math.floor((picture.width - width) / 2),
    top: Math.floor((picture.height - height) / 2),
  };
}
