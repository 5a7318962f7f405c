import { Choice } from "../shared/ui/fields.tsx";
import { Notice } from "../shared/ui/notice.tsx";
import type { WorkerClient } from "../shared/worker/client.ts";
import { exactNumber, FormulaLines } from "./formula.tsx";
import { GeneralFormula } from "./generalFormula.tsx";
import { HeatMap, indexText, largestOf } from "./heatMap.tsx";
import { useRoom } from "./layerStop.tsx";
import type { OpenStep, StepsApi } from "./protocol.ts";
import { SourceCode } from "./source.tsx";
import { parseEntry, type StepsState } from "./state.ts";
import { useEntry } from "./useEntry.ts";

interface UpdateStopProps {
  readonly data: OpenStep;
  readonly state: StepsState;
  readonly onState: (state: StepsState) => void;
  readonly client: WorkerClient<StepsApi>;
  readonly dark: boolean;
}

/** The optimizer's update of one parameter: its values before and after, the gradient, and the optimizer's state. */
export function UpdateStop({ data, state, onState, client, dark }: UpdateStopProps) {
  const parameters = data.layers.flatMap((layer) => layer.parameters);
  const named = parseEntry(state.entry);
  const parameter = parameters.find(({ name }) => name === named?.[0]) ?? parameters[0];
  const gradient = parameter?.gradient.data ?? new Float64Array();
  const usual = gradient.findIndex((value) => Math.abs(value) === largestOf(gradient));
  const place = named && named[0] === parameter?.name && named[1] < gradient.length ? named[1] : Math.max(0, usual);
  const room = useRoom();
  const at = (parameter?.offset ?? 0) + place;
  const { entry, problem } = useEntry(client, data, parameter && { layer: -2, array: "θ", place: at });
  const { kind, before, after } = data.update;
  if (!parameter) return <Notice kind="info">This network has no parameters, so there is nothing to update.</Notice>;
  const { name, key, value, offset } = parameter;
  const part = (values: Float64Array) => values.subarray(offset, offset + value.data.length);
  const select = (chosen: number) => onState({ ...state, at: "update", entry: `${name}:${chosen}` });
  const shown = [
    { name: "θ", words: `${name} before`, numbers: part(before) },
    { name: "g", words: "gradient", numbers: part(data.update.gradients) },
    { name: "θ′", words: `${name} after`, numbers: part(after) },
  ];
  return (
    <section class="stop" ref={room.element}>
      <header class="stop-head">
        <h2>Update: {kind}</h2>
        <p>Every parameter moves against its gradient. The size of the step depends on the state of the optimizer.</p>
        <GeneralFormula parts={data.update.formula} />
      </header>
      <div class="parameter-choice">
        <Choice
          label="Parameter"
          help="The array of parameters that is shown. Click one of its entries to see how the optimizer changes it."
          value={name}
          options={parameters.map(({ name: each }) => each)}
          onChange={(chosen) => onState({ ...state, at: "update", entry: `${chosen}:0` })}
        />
      </div>
      <div class="arrays">
        {shown.map(({ name: title, words, numbers }, i) => (
          <div key={title} class={i === 2 ? "group result" : "group"}>
            <HeatMap
              {...{ name: title, words, shape: value.shape, data: numbers, dark }}
              isWeight
              room={room.width}
              selected={place}
              onSelect={select}
            />
          </div>
        ))}
      </div>
      {problem && <Notice kind="error">{problem}</Notice>}
      {entry && (
        <div class="entry-panel">
          <div class="panel formula-panel">
            <h3>
              <code>{`${key}[${indexText(place, value.shape)}]`}</code>: {exactNumber(before[at])} →{" "}
              {exactNumber(after[at])}
            </h3>
            <FormulaLines data={entry} onPoint={() => {}} />
          </div>
        </div>
      )}
      <SourceCode kind={kind} part="optimizer" direction="forward" />
    </section>
  );
}
