import { useSignal } from "@preact/signals";
import { Choice, NumberField, TextField, Toggle } from "../../shared/ui/fields.tsx";
import { info, type Wishes, wish, wishes } from "../state.ts";

/** The choices that people make; everything else follows the data. */
export function WishFields({ disabled }: { readonly disabled: boolean }) {
  const { length, epochs, minutes, network, hidden, learningRate, seed, flip } = wishes.value;
  const isImages = info.value?.images !== undefined;
  return (
    <div class="fields">
      <Choice
        label="How long"
        help="By default as long as data of this size usually needs; training ends early when the validation score no longer improves."
        value={length}
        options={[
          { value: "default", name: "default" },
          { value: "minutes", name: "for some minutes" },
          { value: "epochs", name: "for some epochs" },
        ]}
        disabled={disabled}
        onChange={(value: Wishes["length"]) => wish({ length: value })}
      />
      {length === "minutes" && (
        <NumberField
          label="Minutes"
          help="A few steps are measured first; as many epochs as fit into this time are trained."
          value={minutes}
          minimum={0.1}
          maximum={600}
          unit="min"
          disabled={disabled}
          onChange={(value) => wish({ minutes: value })}
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
          onChange={(value) => wish({ epochs: value })}
        />
      )}
      <Choice
        label="Network"
        help="The default depends on the data: for tables several small networks that answer together, for images a convolutional network or, for small images, such a group."
        value={network}
        options={[
          { value: "default", name: "default" },
          { value: "sizes", name: "one with these hidden layers" },
        ]}
        disabled={disabled}
        onChange={(value: Wishes["network"]) => wish({ network: value })}
      />
      {network === "sizes" && <HiddenField value={hidden} disabled={disabled} />}
      <LearningRate value={learningRate} disabled={disabled} />
      <NumberField
        label="Seed"
        help="Of the division into parts, the first weights and the order of the rows. The same seed gives the same result, to the bit."
        value={seed}
        minimum={0}
        maximum={2 ** 32 - 3}
        whole
        disabled={disabled}
        onChange={(value) => wish({ seed: value })}
      />
      {isImages && (
        <Toggle
          label="Also mirrored"
          help="Also trains on mirrored images. Good for animals and things, wrong for letters and digits."
          value={flip}
          disabled={disabled}
          onChange={(value) => wish({ flip: value })}
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
    if (problem.value === undefined) wish({ hidden: sizes });
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
    if (problem.value === undefined) wish({ learningRate: rate });
  };
  return (
    <TextField
      label="Learning rate"
      help="How far each step goes. Empty: the default of this data. Any number selects one plain network, whose learning rate it is."
      problem={problem.value}
      inputMode="decimal"
      placeholder="default"
      value={typed.value}
      disabled={disabled}
      onInput={enter}
    />
  );
}
