import { useId } from "preact/hooks";
import { Help } from "../../shared/ui/help.tsx";
import { activationTitles, normTitles } from "../options.ts";
import type { Playground } from "../playground.ts";
import { type HiddenLayer, limits, norms } from "../state.ts";
import type { NetworkLayout } from "./layout.ts";

interface LayerHeadProps {
  readonly playground: Playground;
  readonly index: number;
  readonly layer: HiddenLayer;
  readonly layout: NetworkLayout;
}

const dropouts = [0, 10, 20, 30, 40, 50, 60, 70, 80];

/** The controls of a hidden layer, above its units. */
export function LayerHead({ playground, index, layer, layout }: LayerHeadProps) {
  const { layers } = playground.state.value;
  const set = (change: Partial<HiddenLayer>) =>
    playground.change({ layers: layers.map((each, i) => (i === index ? { ...each, ...change } : each)) });
  const { units, activation, norm, dropout } = layer;
  const title = `Layer ${index + 1}`;
  return (
    <fieldset
      class="column-head hidden-layer"
      aria-label={title}
      style={{ left: `${layout.lefts[index + 1] + 4}px`, width: `${layout.widths[index + 1] - 8}px` }}
    >
      <div class="line">
        <strong>{title}</strong>
        <button
          type="button"
          class="small"
          aria-label={`Remove layer ${index + 1}`}
          title="Remove this layer"
          onClick={() => playground.change({ layers: layers.filter((_, i) => i !== index) })}
        >
          ×
        </button>
      </div>
      <div class="line units">
        <button
          type="button"
          class="small"
          aria-label={`One unit fewer in layer ${index + 1}`}
          disabled={units <= 1}
          onClick={() => set({ units: units - 1 })}
        >
          −
        </button>
        <span>
          {units} {units === 1 ? "unit" : "units"}
        </span>
        <button
          type="button"
          class="small"
          aria-label={`One unit more in layer ${index + 1}`}
          disabled={units >= limits.units}
          onClick={() => set({ units: units + 1 })}
        >
          +
        </button>
      </div>
      <Pick
        label="Activation"
        about="The function that each unit applies to its weighted sum. Without one, all layers together are one linear function."
        value={activation}
        options={Object.entries(activationTitles).map(([value, { title, about }]) => ({ value, name: title, about }))}
        onChange={(value) => set({ activation: value as HiddenLayer["activation"] })}
      />
      <Pick
        label="Norm"
        about="Normalization scales the sums of a layer to mean 0 and standard deviation 1: over the batch for each unit, or over the units for each point."
        value={norm}
        options={norms.map((value) => ({ value, name: normTitles[value] }))}
        onChange={(value) => set({ norm: value as HiddenLayer["norm"] })}
      />
      <Pick
        label="Dropout"
        about="In each training step, this share of the units is left out at random, so that no unit depends on a single other one."
        value={String(dropout)}
        options={[...new Set([...dropouts, dropout])]
          .sort((a, b) => a - b)
          .map((value) => ({ value: String(value), name: value === 0 ? "No dropout" : `${value} %` }))}
        onChange={(value) => set({ dropout: Number(value) })}
      />
    </fieldset>
  );
}

interface PickProps {
  readonly label: string;
  readonly about: string;
  readonly value: string;
  readonly options: readonly { readonly value: string; readonly name: string; readonly about?: string }[];
  readonly onChange: (value: string) => void;
}

/** A choice that needs little room. */
function Pick({ label, about, value, options, onChange }: PickProps) {
  const id = useId();
  return (
    <div class="pick">
      <label for={id}>{label}</label>
      <select id={id} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {options.map(({ value: each, name, about: sentence }) => (
          <option key={each} value={each} selected={each === value} title={sentence}>
            {name}
          </option>
        ))}
      </select>
      <Help about={label}>{about}</Help>
    </div>
  );
}
