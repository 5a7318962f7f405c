import { useSignal } from "@preact/signals";
import { Choice, NumberField, TextField, Toggle } from "../../shared/ui/fields.tsx";
import { info, setOptions, type TrainingOptions, trainingOptions } from "../state.ts";

/** The common options; everything else follows from the data. */
export function TrainingFields({ disabled }: { readonly disabled: boolean }) {
  const { length, epochs, minutes, network, hidden, learningRate, seed, flip } = trainingOptions.value;
  const isImages = info.value?.images !== undefined;
  return (
    <div class="fields">
      <Choice
        label="How long"
        help="The default fits the size of the data. Training ends early when the validation score no longer improves."
        value={length}
        options={[
          { value: "default", name: "default" },
          { value: "minutes", name: "for some minutes" },
          { value: "epochs", name: "for some epochs" },
        ]}
        disabled={disabled}
        onChange={(value: TrainingOptions["length"]) => setOptions({ length: value })}
      />
      {length === "minutes" && (
        <NumberField
          label="Minutes"
          help="Measures a few steps first, then trains the number of epochs that fits into this time."
          value={minutes}
          minimum={0.1}
          maximum={600}
          unit="min"
          disabled={disabled}
          onChange={(value) => setOptions({ minutes: value })}
        />
      )}
      {length === "epochs" && (
        <NumberField
          label="Epochs"
          help="In an epoch, each training row is used once."
          value={epochs}
          minimum={1}
          maximum={100_000}
          whole
          disabled={disabled}
          onChange={(value) => setOptions({ epochs: value })}
        />
      )}
      <Choice
        label="Network"
        help="The default depends on the data: an ensemble of small networks for tables and small images, a convolutional network for other images."
        value={network}
        options={[
          { value: "default", name: "default" },
          { value: "sizes", name: "one with these hidden layers" },
        ]}
        disabled={disabled}
        onChange={(value: TrainingOptions["network"]) => setOptions({ network: value })}
      />
      {network === "sizes" && <HiddenField value={hidden} disabled={disabled} />}
      <LearningRate value={learningRate} disabled={disabled} />
      <NumberField
        label="Seed"
        help="Draws the division into parts, the initial weights and the order of the rows. The same seed gives the same result, bit for bit."
        value={seed}
        minimum={0}
        maximum={2 ** 32 - 3}
        whole
        disabled={disabled}
        onChange={(value) => setOptions({ seed: value })}
      />
      {isImages && (
        <Toggle
          label="Also mirrored"
          help="Also trains on mirrored images. Good for animals and things, wrong for letters and digits."
          value={flip}
          disabled={disabled}
          onChange={(value) => setOptions({ flip: value })}
        />
      )}
    </div>
  );
}

function HiddenField({ value, disabled }: { readonly value: readonly number[]; readonly disabled: boolean }) {
  const typed = useSignal(value.join(", "));
  const problem = useSignal<string | undefined>(undefined);
  const enter = (text: string) => {
    typed.value = text;
    const sizes = text
      .split(/[\s,]+/)
      .filter((part) => part !== "")
      .map(Number);
    const wrong = sizes.find((size) => !Number.isInteger(size) || size < 1 || size > 100_000);
    problem.value =
      wrong !== undefined || sizes.length === 0
        ? "expected whole numbers from 1 to 100,000, separated by commas"
        : undefined;
    if (problem.value === undefined) setOptions({ hidden: sizes });
  };
  return (
    <TextField
      label="Hidden layers"
      help="The number of units in each layer between inputs and outputs, such as 64, 32."
      problem={problem.value}
      inputMode="numeric"
      value={typed.value}
      disabled={disabled}
      onInput={enter}
    />
  );
}

function LearningRate({ value, disabled }: { readonly value: number | undefined; readonly disabled: boolean }) {
  const typed = useSignal(value === undefined ? "" : String(value));
  const problem = useSignal<string | undefined>(undefined);
  const enter = (text: string) => {
    typed.value = text;
    const rate = text.trim() === "" ? undefined : Number(text.replace(",", "."));
    problem.value =
      rate !== undefined && !(rate > 0 && Number.isFinite(rate)) ? "expected a number above 0, or nothing" : undefined;
    if (problem.value === undefined) setOptions({ learningRate: rate });
  };
  return (
    <TextField
      label="Learning rate"
      help="The size of each step. Empty: the default for this data. With a number, one plain network is trained at this rate."
      problem={problem.value}
      inputMode="decimal"
      placeholder="default"
      value={typed.value}
      disabled={disabled}
      onInput={enter}
    />
  );
}
