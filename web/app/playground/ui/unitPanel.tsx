import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { Button } from "../../shared/ui/button.tsx";
import { Help } from "../../shared/ui/help.tsx";
import type { Playground } from "../playground.ts";
import { inputKinds, outputNames } from "../state.ts";
import { weightPlaces } from "./layout.ts";

/** The weights that enter the selected unit, as numbers that can be changed. */
export function UnitPanel({ playground }: { readonly playground: Playground }) {
  const place = playground.selected.value;
  const values = playground.frame.value?.values;
  if (!place || !values) return null;
  const state = playground.state.value;
  const weights = weightPlaces(state)[place.layer];
  const isOutput = place.layer === state.layers.length;
  const title = isOutput
    ? `Output ${outputNames(state)[place.unit]}`
    : `Layer ${place.layer + 1}, unit ${place.unit + 1}`;
  const source = (i: number) => (place.layer === 0 ? inputKinds[state.inputs[i]].label : `unit ${i + 1}`);
  const index = (i: number) => weights.offset + i * weights.outputs + place.unit;
  return (
    <section class="unit-panel" aria-label={`Weights of ${title}`}>
      <div class="head">
        <h3>{title}</h3>
        <Help about="Weights">
          The unit adds its inputs, each times its weight, and the bias. You can change the numbers, even while it
          trains; a link to this page does not contain such changes, a saved file does.
        </Help>
        <span class="spread" />
        <Button kind="plain" onClick={() => (playground.selected.value = undefined)}>
          Close
        </Button>
      </div>
      <div class="weights">
        {Array.from({ length: weights.inputs }, (_, i) => (
          <WeightField key={i} name={`from ${source(i)}`} index={index(i)} values={values} playground={playground} />
        ))}
        <WeightField name="bias" index={weights.bias + place.unit} values={values} playground={playground} />
      </div>
    </section>
  );
}

interface WeightFieldProps {
  readonly name: string;
  readonly index: number;
  readonly values: Float32Array;
  readonly playground: Playground;
}

function WeightField({ name, index, values, playground }: WeightFieldProps) {
  const id = useId();
  const isTyped = useSignal(false);
  const shown = Number(values[index]?.toFixed(3));
  return (
    <div class="weight">
      <label for={id}>{name}</label>
      <input
        id={id}
        data-weight={index}
        type="number"
        step={0.1}
        value={isTyped.value ? undefined : shown}
        onFocus={() => (isTyped.value = true)}
        onBlur={() => (isTyped.value = false)}
        onChange={(event) => {
          const value = event.currentTarget.valueAsNumber;
          if (Number.isFinite(value)) playground.assign(index, value);
          else event.currentTarget.value = String(shown);
        }}
      />
    </div>
  );
}
