import type { Figure } from "./figures/figure.ts";
import { figureSvg } from "./figures/figureSvg.ts";
import { standaloneTheme } from "./figures/theme.ts";

/** A figure as the value of a notebook's cell: Jupyter kernels for JavaScript ask for what this symbol names. */
export function showFigure(figure: Figure): Record<symbol, () => Record<string, string>> {
  const svg = figureSvg(figure, standaloneTheme).replace(
    /(<svg [^>]*>)/,
    '$1<rect width="100%" height="100%" fill="#fff"/>',
  );
  return { [Symbol.for("Jupyter.display")]: () => ({ "image/svg+xml": svg, "text/plain": "figure" }) };
}
