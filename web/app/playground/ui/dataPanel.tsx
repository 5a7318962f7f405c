import { useSignal, useSignalEffect } from "@preact/signals";
import { RandomState } from "handgrad";
import { useMemo, useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import { Button } from "../../shared/ui/button.tsx";
import { Slider } from "../../shared/ui/fields.tsx";
import { Help } from "../../shared/ui/help.tsx";
import { emptyDrawing, inOrder, onGrid, plainAxis } from "../data/ownPoints.ts";
import { type DataName, dataNames, dataSets, drawPoints } from "../data/sets.ts";
import type { Playground } from "../playground.ts";
import { outputNames, type PlaygroundState, taskOf } from "../state.ts";
import { drawPointsOn, mostTarget } from "./points.ts";
import { TablePanel } from "./tablePanel.tsx";

/** The choice of points: a data set, drawn points, or columns of a table. */
export function DataPanel({ playground }: { readonly playground: Playground }) {
  const state = playground.state.value;
  const { drawing } = playground;
  const isTable = useSignal(false);
  const set = (change: Partial<PlaygroundState>) => playground.change(change);
  const choose = (data: DataName) => {
    drawing.isActive.value = false;
    isTable.value = false;
    set({ data });
  };
  const draw = () => {
    isTable.value = false;
    if (state.data !== "own" || state.own?.target)
      set({ data: "own", own: state.own && !state.own.target ? state.own : emptyDrawing });
    drawing.isActive.value = true;
  };
  const drawThese = () => {
    const { train, validation } = playground.points.value;
    const points = inOrder([...train, ...validation].map(([x, y, target]) => [onGrid(x), onGrid(y), target] as const));
    drawing.replace({ points, classNames: outputNames(state), x: plainAxis("x"), y: plainAxis("y") });
    drawing.isActive.value = true;
  };
  return (
    <section class="data" aria-labelledby="data-title">
      <div class="head">
        <h2 id="data-title">Data</h2>
        <Help about="Data">
          The points that the network learns. Choose a set, draw points on the output, or take two columns of a CSV file
          as positions and a third as class or number.
        </Help>
      </div>
      <fieldset class="sets" aria-label="Data sets">
        {dataNames.map((name) => (
          <button
            key={name}
            type="button"
            class="set"
            aria-pressed={state.data === name}
            title={dataSets[name].about}
            onClick={() => choose(name)}
          >
            <Thumbnail name={name} />
            <span>{dataSets[name].title}</span>
          </button>
        ))}
      </fieldset>
      <div class="own">
        <Button pressed={drawing.isActive.value} onClick={() => (drawing.isActive.value ? stop(playground) : draw())}>
          {drawing.isActive.value ? "End drawing" : "Draw points"}
        </Button>
        {state.data !== "own" && taskOf(state) === "classes" && (
          <Button title="Add to the points that are shown, or erase some" onClick={drawThese}>
            Change these
          </Button>
        )}
        <Button pressed={isTable.value} onClick={() => (isTable.value = !isTable.value)}>
          From a table
        </Button>
      </div>
      {isTable.value && <TablePanel playground={playground} />}
      <div class="amounts">
        {state.data !== "own" && (
          <>
            <Slider
              label="Noise"
              help="The size of random changes to the positions, or to the numbers. With more noise, no network can be right everywhere."
              value={state.noise}
              minimum={0}
              maximum={50}
              step={1}
              show={(value) => `${value} %`}
              onChange={(noise) => set({ noise })}
            />
            <Slider
              label="Points"
              help="The number of points, for training and validation together."
              value={state.points}
              minimum={20}
              maximum={1000}
              step={20}
              onChange={(points) => set({ points })}
            />
          </>
        )}
        <Slider
          label="Training share"
          help="The share of the points that train the network. The others validate it: they show whether it learned the pattern or only the points."
          value={state.train}
          minimum={10}
          maximum={90}
          step={5}
          show={(value) => `${value} %`}
          onChange={(train) => set({ train })}
        />
        <Button
          title="Draws new points, or divides them again"
          onClick={() => set({ sample: (state.sample + 1) % (2 ** 32 - 1) })}
        >
          {state.data === "own" ? "Divide again" : "Draw other points"}
        </Button>
      </div>
    </section>
  );
}

function stop({ drawing }: Playground): void {
  drawing.isActive.value = false;
}

const pixels = 96;

function Thumbnail({ name }: { readonly name: DataName }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const points = useMemo(() => drawPoints(name, { points: 90, noise: 0, random: new RandomState(4) }), [name]);
  useSignalEffect(() => {
    const context = canvas.current?.getContext("2d");
    if (!context) return;
    context.clearRect(0, 0, pixels, pixels);
    const task = taskOf({ data: name });
    drawPointsOn(context, pixels, points, { dark: isDark.value, task, most: mostTarget(points), radius: 4 });
  });
  return <canvas ref={canvas} width={pixels} height={pixels} />;
}
