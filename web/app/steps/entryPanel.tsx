import { Button } from "../shared/ui/button.tsx";
import { Help } from "../shared/ui/help.tsx";
import { exactNumber, FormulaLines } from "./formula.tsx";
import { indexText } from "./heatMap.tsx";
import type { EntryData, StepData } from "./protocol.ts";
import type { StepsState } from "./state.ts";
import type { ShownArray, Stop } from "./stops.ts";

interface EntryPanelProps {
  readonly entry: EntryData;
  readonly stop: Stop;
  readonly array: ShownArray;
  readonly place: number;
  readonly data: StepData;
  readonly state: StepsState;
  readonly onState: (state: StepsState) => void;
  readonly onPoint: (entry: string | undefined) => void;
}

/** The selected entry: its formula with numbers, its source, and the check of its gradient. */
export function EntryPanel({ entry, stop, array, place, data, state, onState, onPoint }: EntryPanelProps) {
  const title = array.name === "J" ? "J" : `${array.name}[${indexText(place, array.array.shape)}]`;
  const { check, lines } = entry;
  const origin = originOf(stop, array, place, data);
  return (
    <div class="entry-panel">
      <div class="panel formula-panel">
        <h3>
          <code>{title}</code> = {exactNumber(array.array.data[place])}
        </h3>
        {lines.length > 0 ? (
          <FormulaLines data={entry} onPoint={onPoint} />
        ) : (
          <p class="muted">{givenWords(stop, array)}</p>
        )}
        {origin && (
          <Button onClick={() => onState({ ...state, at: origin.at, entry: origin.entry })}>{origin.words}</Button>
        )}
      </div>
      {check && (
        <div class="panel check-panel">
          <h3>
            Gradient check of{" "}
            <code>
              {gradientName(array.name)}[{indexText(place, array.array.shape)}]
            </code>
            <Help about="Gradient check">
              The derivative of the loss with respect to this entry, computed twice: by the backward pass, and from four
              forward passes with the entry moved by ±0.001 and ±0.002 (by less if the loss bends sharply). The two
              agree if the backward pass is right. At a kink, such as that of ReLU at 0 or two equal largest pixels of
              max pooling, the derivative is not unique, and they may differ.
            </Help>
          </h3>
          <dl>
            <dt>backward pass</dt>
            <dd>{exactNumber(check.analytic)}</dd>
            <dt>differences</dt>
            <dd>{exactNumber(check.numerical)}</dd>
            <dt>relative error</dt>
            <dd class={check.error < 1e-4 ? "good" : "bad"}>
              {check.error === 0 ? "0" : check.error.toExponential(1).replace("e-", "e−")}{" "}
              {check.error < 1e-4 ? "✓" : "✗"}
            </dd>
          </dl>
        </div>
      )}
    </div>
  );
}

/** ∂J/∂ of an array, or the gradient that it already is. */
const gradientName = (name: string): string => (name.startsWith("d") ? name : `d${name}`);

function givenWords(stop: Stop, { role, name }: ShownArray): string {
  if (role === "parameter") return "A parameter: the optimizer changes it in the update.";
  if (name === "t") return "A target: the desired output of the network.";
  if (name === "dy") return "Computed by the previous step of the backward pass.";
  return stop.direction === "forward" ? "An input of this layer." : "Kept from the forward pass.";
}

/** The stop at which an entry was computed, or is used. */
function originOf(stop: Stop, { name, role }: ShownArray, place: number, { layers }: StepData) {
  if (stop.layer < 0) return undefined;
  const { path, parameters } = layers[stop.layer];
  const parameter = parameters.find(({ key }) => key === name || `d${key}` === name);
  if (parameter) return { at: "update", entry: `${parameter.name}:${place}`, words: "See its update →" };
  if (role !== "given" || path.length > 1) return undefined;
  const neighbour = (distance: number) =>
    layers.findIndex((each) => each.path.length === 1 && each.path[0] === path[0] + distance);
  const [before, after] = [neighbour(-1), neighbour(1)];
  if (name === "x" && before >= 0)
    return { at: `f${before}`, entry: `y:${place}`, words: `← Computed by ${layers[before].name}` };
  if (name !== "dy") return undefined;
  if (after >= 0) return { at: `b${after}`, entry: `dx:${place}`, words: `← Computed by ${layers[after].name}` };
  return { at: "gradient", entry: `dx:${place}`, words: "← Computed by the loss" };
}
