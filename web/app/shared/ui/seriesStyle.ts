/** The colours of theme.css, `--series0` to `--series5`. */
const colours = 6;

/** Lengths of dashes and gaps in pixels: the seventh curve has the first colour again, with dashes. */
const dashes: readonly (readonly number[])[] = [[], [9, 4], [2, 3], [9, 3, 2, 3], [16, 3, 3, 3, 3, 3]];

/** The style of a curve by its number: 30 pairs of a colour and a dash pattern, which then repeat. */
export function seriesStyle(number: number): { readonly variable: string; readonly dash: readonly number[] } {
  return { variable: `--series${number % colours}`, dash: dashes[Math.floor(number / colours) % dashes.length] };
}

/** A colour with the dashes of a curve, as the background of a small bar: for legends. */
export function dashedBackground(colour: string, dash: readonly number[]): string {
  if (dash.length === 0) return colour;
  let at = 0;
  const stops = dash.map((length, i) => {
    const from = at;
    at += length;
    return `${i % 2 === 0 ? colour : "transparent"} ${from}px ${at}px`;
  });
  return `repeating-linear-gradient(to right, ${stops.join(", ")})`;
}
