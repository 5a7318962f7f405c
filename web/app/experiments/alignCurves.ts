/** Curves with different x as columns over all x: null if a curve has no value. */
export function alignCurves(all: readonly { readonly x: readonly number[]; readonly y: readonly number[] }[]): {
  readonly x: readonly number[];
  readonly values: readonly (number | null)[][];
} {
  const x = [...new Set(all.flatMap((curve) => curve.x))].sort((a, b) => a - b);
  const place = new Map(x.map((value, index) => [value, index]));
  const values = all.map((curve) => {
    const column = new Array<number | null>(x.length).fill(null);
    curve.x.forEach((each, i) => {
      const y = curve.y[i];
      column[place.get(each) as number] = Number.isFinite(y) ? y : null;
    });
    return column;
  });
  return { x, values };
}
