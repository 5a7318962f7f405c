import { lanes, multiplyAdd } from "./simd";

// One register tile of a product: C (MR × NR) = or += A·B over packed panels a [k][MR] and b [k][NR]. All accumulators, the two
// vectors of B and the broadcast of A must fit into the 16 vector registers of x64: 12 + 2 + 1 if multiply-add is one
// instruction. Otherwise the product needs a register as well, and there are 10 accumulators. The loops are not unrolled, because
// V8 would run out of registers.

// @ts-ignore: decorator
@inline
export const MR: i32 = ASC_FEATURE_RELAXED_SIMD ? 6 : 5;

/** The columns of a tile: two vectors. */
// @ts-ignore: decorator
@inline
export function NR<T>(): i32 {
  return 32 / sizeof<T>();
}

// @ts-ignore: decorator
@inline
function put<T>(c: usize, accumulate: bool, low: v128, high: v128): void {
  if (accumulate) {
    v128.store(c, v128.add<T>(v128.load(c), low));
    v128.store(c, v128.add<T>(v128.load(c, 16), high), 16);
  } else {
    v128.store(c, low);
    v128.store(c, high, 16);
  }
}

/** `step` and `stride` are the distances of two rows of a and of C in bytes; rows of a may be more than MR numbers apart. */
export function tile<T>(k: i32, a: usize, step: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  if (ASC_FEATURE_RELAXED_SIMD) tile6<T>(k, a, step, b, c, stride, accumulate);
  else tile5<T>(k, a, step, b, c, stride, accumulate);
}

// @ts-ignore: decorator
@inline
function tile6<T>(k: i32, a: usize, step: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  for (const end = b + 32 * k; b < end; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(s, b0, c00);
    c01 = multiplyAdd<T>(s, b1, c01);
    s = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(s, b0, c10);
    c11 = multiplyAdd<T>(s, b1, c11);
    s = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(s, b0, c20);
    c21 = multiplyAdd<T>(s, b1, c21);
    s = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(s, b0, c30);
    c31 = multiplyAdd<T>(s, b1, c31);
    s = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = multiplyAdd<T>(s, b0, c40);
    c41 = multiplyAdd<T>(s, b1, c41);
    s = v128.load_splat<T>(a, 5 * sizeof<T>());
    c50 = multiplyAdd<T>(s, b0, c50);
    c51 = multiplyAdd<T>(s, b1, c51);
    a += step;
  }
  put<T>(c, accumulate, c00, c01);
  put<T>((c += stride), accumulate, c10, c11);
  put<T>((c += stride), accumulate, c20, c21);
  put<T>((c += stride), accumulate, c30, c31);
  put<T>((c += stride), accumulate, c40, c41);
  put<T>((c += stride), accumulate, c50, c51);
}

// @ts-ignore: decorator
@inline
function tile5<T>(k: i32, a: usize, step: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero;
  let c21 = zero, c30 = zero, c31 = zero, c40 = zero, c41 = zero;
  for (const end = b + 32 * k; b < end; b += 32) {
    const b0 = v128.load(b);
    const b1 = v128.load(b, 16);
    let s = v128.load_splat<T>(a);
    c00 = multiplyAdd<T>(s, b0, c00);
    c01 = multiplyAdd<T>(s, b1, c01);
    s = v128.load_splat<T>(a, sizeof<T>());
    c10 = multiplyAdd<T>(s, b0, c10);
    c11 = multiplyAdd<T>(s, b1, c11);
    s = v128.load_splat<T>(a, 2 * sizeof<T>());
    c20 = multiplyAdd<T>(s, b0, c20);
    c21 = multiplyAdd<T>(s, b1, c21);
    s = v128.load_splat<T>(a, 3 * sizeof<T>());
    c30 = multiplyAdd<T>(s, b0, c30);
    c31 = multiplyAdd<T>(s, b1, c31);
    s = v128.load_splat<T>(a, 4 * sizeof<T>());
    c40 = multiplyAdd<T>(s, b0, c40);
    c41 = multiplyAdd<T>(s, b1, c41);
    a += step;
  }
  put<T>(c, accumulate, c00, c01);
  put<T>((c += stride), accumulate, c10, c11);
  put<T>((c += stride), accumulate, c20, c21);
  put<T>((c += stride), accumulate, c30, c31);
  put<T>((c += stride), accumulate, c40, c41);
}

/**
 * The same for panels a [k / lanes][MR][lanes], which are packed from rows of numbers without transposing: whole vectors are
 * copied. k is a multiple of the number of lanes.
 */
export function vectorTile<T>(k: i32, a: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  if (ASC_FEATURE_RELAXED_SIMD) vectorTile6<T>(k, a, b, c, stride, accumulate);
  else vectorTile5<T>(k, a, b, c, stride, accumulate);
}

// @ts-ignore: decorator
@inline
function vectorTile6<T>(k: i32, a: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
  for (const end = b + 32 * k; b < end; a += 16 * 6 - 16) {
    for (const stop = b + 32 * lanes<T>(); b < stop; b += 32) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let s = v128.load_splat<T>(a);
      c00 = multiplyAdd<T>(s, b0, c00);
      c01 = multiplyAdd<T>(s, b1, c01);
      s = v128.load_splat<T>(a, 16);
      c10 = multiplyAdd<T>(s, b0, c10);
      c11 = multiplyAdd<T>(s, b1, c11);
      s = v128.load_splat<T>(a, 32);
      c20 = multiplyAdd<T>(s, b0, c20);
      c21 = multiplyAdd<T>(s, b1, c21);
      s = v128.load_splat<T>(a, 48);
      c30 = multiplyAdd<T>(s, b0, c30);
      c31 = multiplyAdd<T>(s, b1, c31);
      s = v128.load_splat<T>(a, 64);
      c40 = multiplyAdd<T>(s, b0, c40);
      c41 = multiplyAdd<T>(s, b1, c41);
      s = v128.load_splat<T>(a, 80);
      c50 = multiplyAdd<T>(s, b0, c50);
      c51 = multiplyAdd<T>(s, b1, c51);
      a += sizeof<T>();
    }
  }
  put<T>(c, accumulate, c00, c01);
  put<T>((c += stride), accumulate, c10, c11);
  put<T>((c += stride), accumulate, c20, c21);
  put<T>((c += stride), accumulate, c30, c31);
  put<T>((c += stride), accumulate, c40, c41);
  put<T>((c += stride), accumulate, c50, c51);
}

// @ts-ignore: decorator
@inline
function vectorTile5<T>(k: i32, a: usize, b: usize, c: usize, stride: usize, accumulate: bool): void {
  const zero = v128.splat<T>(<T>0);
  let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
  let c30 = zero, c31 = zero, c40 = zero, c41 = zero;
  for (const end = b + 32 * k; b < end; a += 16 * 5 - 16) {
    for (const stop = b + 32 * lanes<T>(); b < stop; b += 32) {
      const b0 = v128.load(b);
      const b1 = v128.load(b, 16);
      let s = v128.load_splat<T>(a);
      c00 = multiplyAdd<T>(s, b0, c00);
      c01 = multiplyAdd<T>(s, b1, c01);
      s = v128.load_splat<T>(a, 16);
      c10 = multiplyAdd<T>(s, b0, c10);
      c11 = multiplyAdd<T>(s, b1, c11);
      s = v128.load_splat<T>(a, 32);
      c20 = multiplyAdd<T>(s, b0, c20);
      c21 = multiplyAdd<T>(s, b1, c21);
      s = v128.load_splat<T>(a, 48);
      c30 = multiplyAdd<T>(s, b0, c30);
      c31 = multiplyAdd<T>(s, b1, c31);
      s = v128.load_splat<T>(a, 64);
      c40 = multiplyAdd<T>(s, b0, c40);
      c41 = multiplyAdd<T>(s, b1, c41);
      a += sizeof<T>();
    }
  }
  put<T>(c, accumulate, c00, c01);
  put<T>((c += stride), accumulate, c10, c11);
  put<T>((c += stride), accumulate, c20, c21);
  put<T>((c += stride), accumulate, c30, c31);
  put<T>((c += stride), accumulate, c40, c41);
}
