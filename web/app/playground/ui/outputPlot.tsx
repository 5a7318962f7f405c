import { useSignal, useSignalEffect } from "@preact/signals";
import { useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import { Toggle } from "../../shared/ui/fields.tsx";
import type { Playground } from "../playground.ts";
import { outputNames, taskOf } from "../state.ts";
import { ClassMark } from "./classMark.tsx";
import { DrawingLayer } from "./drawingLayer.tsx";
import { DrawTools } from "./drawTools.tsx";
import { firstUnit } from "./layout.ts";
import { classColour, classImage, css, levelImage, levelTable } from "./palette.ts";
import { drawPointsOn, mostTarget } from "./points.ts";

const pixels = 720;

const noSurfaces = { side: 1, units: new Uint8Array(), output: { levels: new Uint8Array(), classes: undefined } };

/** The prediction of the network over the plane with the points on it, or the surface of the unit under the pointer. */
export function OutputPlot({ playground }: { readonly playground: Playground }) {
  const rounded = useSignal(false);
  const showsValidation = useSignal(true);
  const surface = useRef<HTMLCanvasElement>(null);
  const dots = useRef<HTMLCanvasElement>(null);

  useSignalEffect(() => {
    const frame = playground.frame.value;
    const unit = playground.hovered.value ?? playground.selected.value;
    const dark = isDark.value;
    const rounds = rounded.value;
    const canvas = surface.current;
    if (!canvas) return;
    const place = unit && firstUnit(playground.state.peek(), unit.layer) + unit.unit;
    const { side, units, output } = frame?.surfaces ?? noSurfaces;
    const levels = place === undefined ? output.levels : units.subarray(place * side * side, (place + 1) * side * side);
    if (canvas.width !== side) Object.assign(canvas, { width: side, height: side });
    const context = canvas.getContext("2d");
    if (levels.length !== side * side) {
      context?.clearRect(0, 0, side, side);
      return;
    }
    const shown = rounds && place === undefined ? levels.map((level) => (level > 127 ? 254 : 0)) : levels;
    const image =
      output.classes && place === undefined
        ? classImage(shown, output.classes, dark, side)
        : levelImage(shown, levelTable(dark, "pale"), side);
    // one pixel a cell: CSS enlarges the canvas, smoothly, without work of the page
    context?.putImageData(image, 0, 0);
  });

  useSignalEffect(() => {
    const { train, validation } = playground.points.value;
    const context = dots.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, pixels, pixels);
    const radius = train.length + validation.length > 800 ? 4.5 : 6.5;
    const task = taskOf(playground.state.peek());
    const style = { dark: isDark.value, task, most: mostTarget([...train, ...validation]), radius };
    if (showsValidation.value) drawPointsOn(context, pixels, validation, { ...style, hollow: true });
    drawPointsOn(context, pixels, train, style);
  });

  const { data, own } = playground.state.value;
  const axes = data === "own" && own ? own : undefined;
  const unit = playground.hovered.value ?? playground.selected.value;
  return (
    <section class="output" aria-label="Output">
      <h2>{unit ? unitTitle(playground, unit) : "Output"}</h2>
      <div class="plot">
        <span class="y-axis">{axes ? axisTitle(axes.y) : "y"}</span>
        <div class="plane">
          <canvas ref={surface} width={1} height={1} role="img" aria-label={describe(playground)} />
          <canvas ref={dots} width={pixels} height={pixels} />
          <DrawingLayer playground={playground} />
        </div>
        <span class="ticks" aria-hidden="true">
          <span>−6</span>
          <span>{axes ? axisTitle(axes.x) : "x"}</span>
          <span>6</span>
        </span>
      </div>
      {playground.drawing.isActive.value && <DrawTools playground={playground} />}
      <Legend playground={playground} />
      <div class="toggles">
        <Toggle
          label="Show validation points"
          help="Points with a white centre do not train the network. They show the quality on points that it has not seen."
          value={showsValidation.value}
          onChange={(value) => (showsValidation.value = value)}
        />
        <Toggle
          label="Show predictions only"
          help="Shows which class is most probable, or the sign of the number, without the confidence of the network."
          value={rounded.value}
          onChange={(value) => (rounded.value = value)}
        />
      </div>
    </section>
  );
}

/** Positions are in units of the column: what 0 and 1 stand for. */
const axisTitle = ({ name, centre, unit }: { name: string; centre: number; unit: number }): string =>
  centre === 0 && unit === 1 ? name : `${name} (0 is ${short(centre)}, 1 is ${short(unit)} more)`;

const short = (value: number): string => String(Number(value.toPrecision(3)));

function unitTitle({ state }: Playground, { layer, unit }: { layer: number; unit: number }): string {
  const isOutput = layer === state.value.layers.length;
  return isOutput ? `Output ${outputNames(state.value)[unit]}` : `Layer ${layer + 1}, unit ${unit + 1}`;
}

function describe({ state, results, points }: Playground): string {
  const { train, validation } = points.value;
  const scores = results.value?.validation ?? results.value?.train;
  const score = scores === undefined ? "" : ` ${scoreText(taskOf(state.value), scores.score)}.`;
  return `The prediction of the network over the plane, with ${train.length} training and ${validation.length} validation points.${score}`;
}

/** "93.3 % right" or "R² 0.98" */
export function scoreText(task: "classes" | "numbers", score: number): string {
  return task === "classes" ? `${(100 * score).toFixed(1)} % right` : `R² ${score.toFixed(3)}`;
}

function Legend({ playground: { state, points } }: { readonly playground: Playground }) {
  const dark = isDark.value;
  if (taskOf(state.value) === "numbers") {
    const most = mostTarget([...points.value.train, ...points.value.validation]);
    const ends = [classColour(0, dark), classColour(1, dark)].map((colour) => css(colour));
    const { own } = state.value;
    const shown = (value: number) => short(own?.target ? own.target.centre + own.target.unit * value : value);
    return (
      <p class="legend scale">
        <span>{shown(-most)}</span>
        <span
          class="ramp"
          style={{ background: `linear-gradient(90deg, ${ends[0]}, var(--background), ${ends[1]})` }}
        />
        <span>{shown(most)}</span>
      </p>
    );
  }
  return (
    <ul class="legend">
      {outputNames(state.value).map((name, i) => (
        <li key={i}>
          <ClassMark index={i} /> {name}
        </li>
      ))}
    </ul>
  );
}
