import { scalarKernels, Workspace } from "../../src/index.ts";
import type { Figure, FigureWidth, Point, Series } from "../../src/report/figures/figure.ts";
import { figureSvg } from "../../src/report/figures/figureSvg.ts";
import { element, escapeXml } from "../../src/report/figures/svg.ts";
import { pageTheme, type Theme, themeVariables } from "../../src/report/figures/theme.ts";

const margin = 12;

/** The plain kernels, because their results do not depend on the machine. */
export const workspace = new Workspace(scalarKernels);

/** The theme of pages with another font. Colours are CSS variables, so that one file works on light and dark pages. */
export const pictureTheme: Theme = { ...pageTheme, font: "system-ui, Helvetica, Arial, sans-serif" };

const style = `svg{${themeVariables("light")}}@media(prefers-color-scheme:dark){svg{${themeVariables("dark")}}}`;

/** A figure as a separate file, with the colours of both modes and a background. */
export function picture(figure: Figure, size: FigureWidth = "wide"): string {
  const svg = figureSvg(figure, pictureTheme, { size });
  const [, width, height] = (/width="(\d+)" height="(\d+)"/.exec(svg) as RegExpExecArray).map(Number);
  return framed(width, height, figure.description, svg.replace("<svg ", `<svg x="${margin}" y="${margin}" `));
}

/** The same for a drawing that is not a figure of reports. */
export function drawing(width: number, height: number, description: string, ...content: readonly string[]): string {
  const place = { x: margin, y: margin, width, height, style: `font-family:${pictureTheme.font};font-size:12px` };
  return framed(width, height, description, element("svg", place, ...content));
}

function framed(width: number, height: number, description: string, content: string): string {
  const [outerWidth, outerHeight] = [width + 2 * margin, height + 2 * margin];
  const attributes = { viewBox: `0 0 ${outerWidth} ${outerHeight}`, width: outerWidth, height: outerHeight };
  return `${element(
    "svg",
    { xmlns: "http://www.w3.org/2000/svg", ...attributes, role: "img", "aria-label": description },
    `<title>${escapeXml(description)}</title>`,
    `<style>${style}</style>`,
    element("rect", { width: outerWidth, height: outerHeight, rx: 6, style: "fill:var(--background)" }),
    content,
  )}\n`;
}

/** Evenly spaced points of a function. */
export function curve(f: (x: number) => number, from: number, to: number, count = 161): Point[] {
  return Array.from({ length: count }, (_, i) => {
    const x = from + ((to - from) * i) / (count - 1);
    return [x, f(x)];
  });
}

/** Lines with different colours, dashes and markers, in order. */
export function lines(named: Readonly<Record<string, readonly Point[]>>): Series[] {
  return Object.entries(named).map(([name, points], style) => ({ name, points, style }));
}
