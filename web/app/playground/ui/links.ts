import { divergingColours } from "../../shared/colours.ts";
import { curvePoint, type NetworkLayout, type NodePlace, nodeSize, type WeightPlace } from "./layout.ts";
import { css } from "./palette.ts";

/** One weight of the drawing: from unit `from` of a column to unit `to` of the next. */
export interface Link {
  readonly layer: number;
  readonly from: number;
  readonly to: number;
  readonly index: number;
}

interface Drawn {
  readonly layout: NetworkLayout;
  readonly places: readonly WeightPlace[];
  /** which of the input column's units the network has */
  readonly inputs: readonly number[];
}

const fromPlace = ({ layout, inputs }: Drawn, { layer, from }: Link): NodePlace =>
  layout.columns[layer][layer === 0 ? inputs[from] : from];

/** All weights, layer by layer. */
export function linksOf(places: readonly WeightPlace[]): Link[] {
  return places.flatMap(({ offset, inputs, outputs }, layer) =>
    Array.from({ length: inputs * outputs }, (_, i) => ({
      layer,
      from: Math.floor(i / outputs),
      to: i % outputs,
      index: offset + i,
    })),
  );
}

/** How a weight is drawn: wider and stronger the larger it is. */
const widthOf = (weight: number): number => Math.min(6, 0.5 + 1.2 * Math.abs(weight));
const strengthOf = (weight: number): number => Math.min(0.95, 0.2 + 0.4 * Math.abs(weight));

/** Draws all weights as curves, and biases as dots at the lower left of their units. */
export function drawLinks(
  canvas: HTMLCanvasElement,
  drawn: Drawn,
  values: Float32Array,
  { dark, marked }: { readonly dark: boolean; readonly marked: (link: Link) => boolean },
): void {
  const { layout, places } = drawn;
  const ratio = Math.min(2, globalThis.devicePixelRatio || 1);
  const [width, height] = [Math.round(layout.width * ratio), Math.round(layout.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d");
  if (!context) return;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, layout.width, layout.height);
  const { low, high } = divergingColours[dark ? "dark" : "light"];
  for (const link of linksOf(places)) {
    const weight = values[link.index];
    const [from, to] = [fromPlace(drawn, link), layout.columns[link.layer + 1][link.to]];
    const [x1, x2] = [from.x + nodeSize / 2, to.x - nodeSize / 2];
    const middle = (x1 + x2) / 2;
    const isMarked = marked(link);
    context.beginPath();
    context.moveTo(x1, from.y);
    context.bezierCurveTo(middle, from.y, middle, to.y, x2, to.y);
    context.lineWidth = widthOf(weight) + (isMarked ? 1.5 : 0);
    context.strokeStyle = css(weight < 0 ? low : high, isMarked ? 1 : strengthOf(weight));
    context.stroke();
  }
  for (const [layer, { bias, outputs }] of places.entries()) {
    for (let unit = 0; unit < outputs; unit++) {
      const { x, y } = layout.columns[layer + 1][unit];
      const value = values[bias + unit];
      context.beginPath();
      context.arc(x - nodeSize / 2 - 5, y + nodeSize / 2 - 3, Math.min(5, 1.5 + Math.abs(value)), 0, 2 * Math.PI);
      context.fillStyle = css(value < 0 ? low : high, strengthOf(value));
      context.fill();
    }
  }
}

/** The weight whose curve passes nearest, at most 6 px away. */
export function linkAt(drawn: Drawn, x: number, y: number): Link | undefined {
  let nearest: Link | undefined;
  let least = 6;
  for (const link of linksOf(drawn.places)) {
    const [from, to] = [fromPlace(drawn, link), drawn.layout.columns[link.layer + 1][link.to]];
    if (x < from.x || x > to.x) continue;
    for (let i = 0; i <= 24; i++) {
      const point = curvePoint(from, to, i / 24);
      const distance = Math.hypot(point.x - x, point.y - y);
      if (distance < least) [nearest, least] = [link, distance];
    }
  }
  return nearest;
}
