import { useEffect, useMemo, useState } from "preact/hooks";
import { Choice, NumberField } from "../shared/ui/fields.tsx";
import type { WorkerClient } from "../shared/worker/client.ts";
import { LayerEditor } from "./layerEditor.tsx";
import { exampleNetwork, exampleNetworks } from "./networks.ts";
import { OwnModel } from "./ownModel.tsx";
import type { ModelFile, StepData, StepsApi } from "./protocol.ts";
import { learningRates, mostRows, mostSeed, mostSteps, requestOf, type StepsState, stateOfNetwork } from "./state.ts";
import type { StoredRuns } from "./storedRuns.ts";

interface SetupProps {
  readonly state: StepsState;
  readonly onState: (state: StepsState) => void;
  readonly model: ModelFile | undefined;
  readonly onModel: (model: ModelFile) => void;
  readonly data: StepData | undefined;
  readonly client: WorkerClient<StepsApi>;
  readonly runs: StoredRuns | undefined;
}

const lossNames: Readonly<Record<string, string>> = {
  crossEntropy: "cross-entropy",
  meanSquaredError: "mean squared error",
  meanAbsoluteError: "mean absolute error",
  huber: "Huber",
  binaryCrossEntropy: "binary cross-entropy",
};
const optimizerNames: Readonly<Record<string, string>> = {
  ...{ sgd: "SGD", momentum: "SGD with momentum", adam: "Adam", adamW: "AdamW", nadam: "NAdam", rmsprop: "RMSprop" },
  ...{ adagrad: "Adagrad", lion: "Lion", muon: "Muon" },
};

/** The choice of the network, its batch, the loss and the optimizer. */
export function Setup({ state, onState, model, onModel, data, client, runs }: SetupProps) {
  const change = (values: Partial<StepsState>) => onState({ ...state, ...values, entry: undefined });
  const example = exampleNetwork(state.network);
  const networks = [
    ...exampleNetworks.map(({ id, title }) => ({ value: id, name: title })),
    ...(model || state.network === "model"
      ? [{ value: "model", name: model?.run ?? model?.name ?? "your own model" }]
      : []),
  ];
  const losses = data?.losses ?? [state.loss];
  const isWide = useWide();
  return (
    <div class="setup">
      <div class="settings">
        <Choice
          label="Network"
          help={example?.sentence ?? "Your own model, with random inputs."}
          value={state.network}
          options={networks}
          onChange={(id) => onState(stateOfNetwork(state, id))}
        />
        <details class="others" open={isWide}>
          <summary>Batch, loss and optimizer</summary>
          <div class="fields">
            <NumberField
              label="Seed"
              help="Draws the weights, the inputs and the masks of dropout. The same seed gives the same numbers on every machine."
              {...{ value: state.seed, minimum: 0, maximum: mostSeed, whole: true }}
              onChange={(seed) => change({ seed })}
            />
            <NumberField
              label="Batch"
              help="The number of rows that pass through the network together. The loss is their mean."
              {...{ value: state.batch, minimum: 1, maximum: mostRows, whole: true, unit: "rows" }}
              onChange={(batch) => change({ batch })}
            />
            <NumberField
              label="Trained before"
              help="The number of training steps on this batch before the one that is shown. Watch how the gradients shrink and the optimizer's state fills."
              {...{ value: state.trained, minimum: 0, maximum: mostSteps, whole: true, unit: "steps" }}
              onChange={(trained) => change({ trained })}
            />
            <Choice
              label="Loss"
              help="The number that training minimizes. Cross-entropy is for classes, the others are for numbers and for yes-or-no labels."
              value={state.loss}
              options={losses.map((value) => ({ value, name: lossNames[value] ?? value }))}
              onChange={(loss) => change({ loss })}
            />
            <Choice
              label="Optimizer"
              help="The rule that turns a gradient into a step. The last stop shows its formula with numbers."
              value={state.optimizer}
              options={Object.entries(optimizerNames).map(([value, name]) => ({ value, name }))}
              onChange={(optimizer) => change({ optimizer, learningRate: learningRates[optimizer] })}
            />
            <NumberField
              label="Learning rate"
              help="η: the size of a step relative to the gradient."
              {...{ value: state.learningRate, minimum: 1e-6, maximum: 10 }}
              onChange={(learningRate) => change({ learningRate })}
            />
          </div>
        </details>
      </div>
      <div class="own">
        {state.network !== "model" && (data || state.layers !== undefined) && (
          <LayerEditor
            text={state.layers ?? data?.layersJson ?? ""}
            kinds={data?.kinds ?? []}
            isChanged={state.layers !== undefined}
            optionsOf={(kind, layers) => client.call("optionsToInsert", { step: requestOf(state), layers, kind })}
            onLayers={(layers) => onState({ ...state, layers, at: "f0", entry: undefined })}
          />
        )}
        <OwnModel
          runs={runs}
          run={state.run}
          onFile={(file) => {
            onModel(file);
            onState({ ...stateOfNetwork(state, "model"), run: undefined });
          }}
          onRun={({ run, loss = state.loss }) => onState({ ...stateOfNetwork(state, "model"), run, loss })}
        />
      </div>
    </div>
  );
}

/** Whether there is room for all settings at once. */
function useWide(): boolean {
  const query = useMemo(() => matchMedia("(min-width: 44rem)"), []);
  const [wide, setWide] = useState(query.matches);
  useEffect(() => {
    const look = () => setWide(query.matches);
    query.addEventListener("change", look);
    return () => query.removeEventListener("change", look);
  }, []);
  return wide;
}
