import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { Help } from "../../shared/ui/help.tsx";
import type { Playground, UnitPlace } from "../playground.ts";
import { type InputName, inputKinds, inputNames, limits, outputNames } from "../state.ts";
import { LayerHead } from "./layerHead.tsx";
import { LayerTable } from "./layerTable.tsx";
import { firstUnit, layoutOf, type NetworkLayout, nodeSize } from "./layout.ts";
import { InputSurface, UnitSurface } from "./surface.tsx";
import { UnitPanel } from "./unitPanel.tsx";
import { WeightLines } from "./weightLines.tsx";

const usualLayer = { units: 4, activation: "tanh", norm: "none", dropout: 0 } as const;

/** The network as a drawing that is edited in place: inputs, layers with their units, weights as curves. */
export function Network({
  playground,
  stepsHref,
}: {
  readonly playground: Playground;
  readonly stepsHref?: string | undefined;
}) {
  const frame = useRef<HTMLElement>(null);
  const width = useSignal(600);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      width.value = element.clientWidth;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const state = playground.state.value;
  const layout = layoutOf(state, inputNames.length, width.value);
  const { layers } = state;
  return (
    <section class="network" aria-labelledby="network-title">
      <div class="head">
        <h2 id="network-title">Network</h2>
        <Help about="Network">
          Each square is a unit and shows its output over the plane: blue above 0, orange below. Curves are weights;
          wider curves are larger weights. Select a unit to see and change its weights.
        </Help>
        <span class="spread" />
        {stepsHref && (
          <a class="to-steps" href={stepsHref}>
            Step through these layers
          </a>
        )}
        <Button
          disabled={layers.length >= limits.layers}
          onClick={() => playground.change({ layers: [...layers, layers.at(-1) ?? usualLayer] })}
        >
          Add a layer
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <section ref={frame} class="scroller" tabIndex={0} aria-label="Drawing of the network">
        <div class="drawing-area" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <WeightLines playground={playground} layout={layout} />
          <Inputs playground={playground} layout={layout} />
          {layers.map((layer, i) => (
            <div key={i}>
              <LayerHead playground={playground} index={i} layer={layer} layout={layout} />
              <Units playground={playground} layout={layout} layer={i} name={(j) => `Layer ${i + 1}, unit ${j + 1}`} />
            </div>
          ))}
          <OutputHead playground={playground} layout={layout} />
        </div>
      </section>
      <UnitPanel playground={playground} />
      <LayerTable playground={playground} />
    </section>
  );
}

interface PartProps {
  readonly playground: Playground;
  readonly layout: NetworkLayout;
}

const placed = ({ x, y }: { x: number; y: number }) => ({
  left: `${x - nodeSize / 2}px`,
  top: `${y - nodeSize / 2}px`,
  width: `${nodeSize}px`,
  height: `${nodeSize}px`,
});

function Inputs({ playground, layout }: PartProps) {
  const { inputs } = playground.state.value;
  const toggle = (name: InputName) => {
    const next = inputNames.filter((each) => (each === name ? !inputs.includes(each) : inputs.includes(each)));
    if (next.length > 0) playground.change({ inputs: next });
  };
  return (
    <fieldset aria-label="Inputs">
      <div class="column-head" style={{ left: "0px", width: "104px" }}>
        <strong>Inputs</strong>
        <p>The inputs of the first layer. Switch them on and off.</p>
      </div>
      {inputNames.map((name, i) => {
        const { label, title, value } = inputKinds[name];
        const isOn = inputs.includes(name);
        return (
          <button
            key={name}
            type="button"
            class={isOn ? "node input" : "node input off"}
            style={placed(layout.columns[0][i])}
            aria-pressed={isOn}
            aria-label={`Input ${label}: ${title}`}
            title={title}
            onClick={() => toggle(name)}
          >
            <span class="input-name">{label}</span>
            <InputSurface value={value} />
          </button>
        );
      })}
    </fieldset>
  );
}

function Units({
  playground,
  layout,
  layer,
  name,
}: PartProps & { readonly layer: number; readonly name: (unit: number) => string }) {
  const first = firstUnit(playground.state.value, layer);
  const selected = playground.selected.value;
  return (
    <>
      {layout.columns[layer + 1].map((place, unit) => (
        <button
          key={unit}
          type="button"
          class="node"
          style={placed(place)}
          aria-label={name(unit)}
          aria-pressed={selected?.layer === layer && selected.unit === unit}
          onClick={() => toggleSelected(playground, { layer, unit })}
          onPointerEnter={() => (playground.hovered.value = { layer, unit })}
          onPointerLeave={() => (playground.hovered.value = undefined)}
        >
          <UnitSurface playground={playground} unit={first + unit} />
        </button>
      ))}
    </>
  );
}

function toggleSelected({ selected }: Playground, place: UnitPlace): void {
  const isSame = selected.value?.layer === place.layer && selected.value.unit === place.unit;
  selected.value = isSame ? undefined : place;
}

function OutputHead({ playground, layout }: PartProps) {
  const state = playground.state.value;
  const names = outputNames(state);
  const layer = state.layers.length;
  return (
    <fieldset aria-label="Outputs">
      <div
        class="column-head"
        style={{ left: `${layout.lefts[layer + 1] + 8}px`, width: `${layout.widths[layer + 1] - 10}px` }}
      >
        <strong>Output</strong>
        <p>
          {names.length === 1
            ? "One number for each point."
            : "One score for each class; the largest is the prediction."}
        </p>
      </div>
      <Units playground={playground} layout={layout} layer={layer} name={(j) => `Output ${names[j]}`} />
      {layout.columns[layer + 1].map(({ x, y }, j) => (
        <span key={j} class="output-name" style={{ left: `${x + nodeSize / 2 + 4}px`, top: `${y - 9}px` }}>
          {names[j]}
        </span>
      ))}
    </fieldset>
  );
}
