import { barsSvg } from "./bars.ts";
import { confusionSvg } from "./confusion.ts";
import type { Drawing, Figure, FigureWidth } from "./figure.ts";
import { imagesSvg } from "./images.ts";
import { linesSvg } from "./lines.ts";
import { matricesSvg } from "./matrices.ts";
import { parallelSvg } from "./parallel.ts";
import { element, escapeXml } from "./svg.ts";
import type { Theme } from "./theme.ts";

const widths: Record<FigureWidth, number> = { wide: 680, narrow: 350, print: 600 };

/** The figure as one SVG element; the same figure always gives the same bytes. */
export function figureSvg(
  figure: Figure,
  theme: Theme,
  { size = "wide" }: { readonly size?: FigureWidth } = {},
): string {
  const { width, height, content } = draw(figure, theme, size);
  return element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      viewBox: `0 0 ${width} ${Math.ceil(height)}`,
      width,
      height: Math.ceil(height),
      role: "img",
      "aria-label": figure.description,
      style: `font-family:${theme.font};font-size:12px`,
    },
    `<title>${escapeXml(figure.description)}</title>`,
    content,
  );
}

function draw(figure: Figure, theme: Theme, size: FigureWidth): Drawing {
  switch (figure.kind) {
    case "lines":
      return linesSvg(figure, theme, size, widths[size]);
    case "bars":
      return barsSvg(figure, theme, size, widths[size]);
    case "confusion":
      return confusionSvg(figure, theme, size, widths[size]);
    case "images":
      return imagesSvg(figure, theme, size, widths[size]);
    case "matrices":
      return matricesSvg(figure, theme, size, widths[size]);
    case "parallel":
      return parallelSvg(figure, theme, size, widths[size]);
  }
}
