import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { isDark } from "../../shared/scheme.ts";
import { Button } from "../../shared/ui/button.tsx";
import { Help } from "../../shared/ui/help.tsx";
import type { Playground, UnitPlace } from "../playground.ts";
import { type InputName, inputKinds, inputNames, limits, outputNames } from "../state.ts";
import { LayerHead } from "./layerHead.tsx";
import { firstUnit, layoutOf, type NetworkLayout, nodeSize, weightPlaces } from "./layout.ts";
import { drawLinks, type Link, linkAt } from "./links.ts";
import { InputSurface, UnitSurface } from "./surface.tsx";
import { UnitPanel } from "./unitPanel.tsx";

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
          Each square is a unit and shows its output over the plane: blue above 0, orange below. Curves are weights: the
          wider, the larger. Select a unit to see and change its weights.
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
          <Links playground={playground} layout={layout} />
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
        <p>What the first layer sees of a point. Switch them on and off.</p>
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
          {names.length === 1 ? "One number for each point." : "One score for each class; the largest is the answer."}
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

/** The weights, on one canvas behind the units. Pointing at one shows its value, a click leads to its field. */
function Links({ playground, layout }: PartProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const pointed = useSignal<(Link & { readonly x: number; readonly y: number }) | undefined>(undefined);
  const drawn = useRef({ layout, places: weightPlaces(playground.state.value), inputs: [] as number[] });
  const shape = useSignal(0);
  const { inputs } = playground.state.value;
  drawn.current = {
    layout,
    places: weightPlaces(playground.state.value),
    inputs: inputs.map((name) => inputNames.indexOf(name)),
  };
  useEffect(() => {
    shape.value++;
  }, [layout.width, layout.height, playground.state.value]);
  useSignalEffect(() => {
    shape.value;
    const dark = isDark.value;
    const values = playground.results.value?.values;
    const unit = playground.hovered.value ?? playground.selected.value;
    const link = pointed.value;
    const marked = (each: Link) =>
      each.index === link?.index || (unit !== undefined && each.layer === unit.layer && each.to === unit.unit);
    // in a task of its own: hundreds of curves take a while where no graphics card draws them
    const task = setTimeout(() => {
      const { places } = drawn.current;
      const last = places[places.length - 1];
      if (!canvas.current || !values || values.length < last.bias + last.outputs) return;
      drawLinks(canvas.current, drawn.current, values, { dark, marked });
    });
    return () => clearTimeout(task);
  });
  const find = (event: MouseEvent): Link | undefined => linkAt(drawn.current, event.offsetX, event.offsetY);
  const link = pointed.value;
  return (
    <>
      <canvas
        ref={canvas}
        class="links"
        style={{ width: `${layout.width}px`, height: `${layout.height}px` }}
        onPointerMove={(event) => {
          const found = find(event);
          pointed.value = found && { ...found, x: event.offsetX, y: event.offsetY };
        }}
        onPointerLeave={() => (pointed.value = undefined)}
        onClick={(event) => {
          const found = find(event);
          if (!found) return;
          playground.selected.value = { layer: found.layer, unit: found.to };
          requestAnimationFrame(() => focusWeight(canvas.current, found.index));
        }}
      />
      {link && (
        <span class="tip" style={{ left: `${link.x + 12}px`, top: `${link.y - 30}px` }}>
          weight {playground.frame.value?.values[link.index]?.toFixed(3)}
        </span>
      )}
    </>
  );
}

/** To the field of a weight, which is shown with its unit. */
function focusWeight(canvas: HTMLElement | null, index: number): void {
  const field = canvas?.closest(".network")?.querySelector<HTMLInputElement>(`[data-weight="${index}"]`);
  field?.focus({ preventScroll: true });
  field?.select();
  field?.scrollIntoView({ block: "nearest" });
}

/** The drawing in words. */
function LayerTable({ playground }: { readonly playground: Playground }) {
  const state = playground.state.value;
  const places = weightPlaces(state);
  const total = places.reduce((sum, { inputs, outputs }) => sum + inputs * outputs + outputs, 0);
  return (
    <details class="layer-table">
      <summary>The network as a table ({total} weights and biases)</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Layer</th>
            <th scope="col">Units</th>
            <th scope="col">Activation</th>
            <th scope="col">Normalization</th>
            <th scope="col">Dropout</th>
            <th scope="col">Weights and biases</th>
          </tr>
        </thead>
        <tbody>
          {places.map(({ inputs, outputs }, i) => {
            const layer = state.layers[i];
            return (
              <tr key={i}>
                <th scope="row">{layer ? i + 1 : "Output"}</th>
                <td class="number">{outputs}</td>
                <td>{layer?.activation ?? "none"}</td>
                <td>{layer?.norm ?? "none"}</td>
                <td class="number">{layer ? `${layer.dropout} %` : "none"}</td>
                <td class="number">{inputs * outputs + outputs}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </details>
  );
}
