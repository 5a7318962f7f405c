import type { InitializerName, LossName, OptimizerName, ScheduleName } from "handgrad";
import { optimizers } from "handgrad";
import type { ComponentChildren } from "preact";
import { Choice, NumberField, Toggle } from "../../shared/ui/fields.tsx";
import {
  initializerTitles,
  lossTitles,
  optimizerOptions,
  optimizerTitles,
  optionsOf,
  scheduleTitles,
  usualValue,
} from "../options.ts";
import type { Playground } from "../playground.ts";
import { defaultState, limits, lossesFor, type PlaygroundState, taskOf } from "../state.ts";

const rates = [1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10];
const penalties = [0, 1e-5, 1e-4, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1];
const batches = [1, 2, 5, 10, 20, 30, 50, 100, 200, 500, 1000, 2000];

type Titles = Readonly<Record<string, { readonly title: string; readonly about: string }>>;

const named = <Name extends string>(titles: Titles, names = Object.keys(titles)) =>
  names.map((value) => ({ value: value as Name, name: titles[value].title }));

/** "Adam: a step of …" of each entry. */
function List({ titles, children }: { readonly titles: Titles; readonly children: ComponentChildren }) {
  return (
    <>
      <p>{children}</p>
      <ul>
        {Object.values(titles).map(({ title, about }) => (
          <li key={title}>
            <strong>{title}</strong>: {about}
          </li>
        ))}
      </ul>
    </>
  );
}

interface NumberChoiceProps {
  readonly label: string;
  readonly help: ComponentChildren;
  readonly value: number;
  readonly values: readonly number[];
  readonly onChange: (value: number) => void;
  readonly show?: (value: number) => string;
}

/** A number out of some, or the one that a link has. */
function NumberChoice({ value, values, onChange, show = String, ...rest }: NumberChoiceProps) {
  const all = [...new Set([...values, value])].sort((a, b) => a - b);
  return (
    <Choice
      {...rest}
      value={String(value)}
      options={all.map((each) => ({ value: String(each), name: show(each) }))}
      onChange={(text) => onChange(Number(text))}
    />
  );
}

/** How the network is trained. The most common settings are always visible. */
export function Settings({ playground }: { readonly playground: Playground }) {
  const state = playground.state.value;
  const set = (change: Partial<PlaygroundState>) => playground.change(change);
  const noPenalty = (value: number) => (value === 0 ? "none" : String(value));
  const all = playground.points.value.train.length;
  return (
    <section class="settings" aria-label="Settings of training">
      <div class="fields">
        <NumberChoice
          label="Learning rate"
          help="The size of each step. Too small: training is slow. Too large: it does not converge or diverges."
          value={state.rate}
          values={rates}
          onChange={(rate) => set({ rate })}
        />
        <Choice
          label="Optimizer"
          help={
            <List titles={optimizerTitles}>
              The rule that turns the gradient into a step. A new optimizer starts with its default learning rate.
            </List>
          }
          value={state.optimizer}
          options={named<OptimizerName>(optimizerTitles)}
          onChange={(optimizer) => set({ optimizer, options: {}, rate: usualRate(optimizer) })}
        />
        <Choice
          label="Regularization"
          help="A penalty on the weights, which makes surfaces smoother: L1 on their sizes, which makes many of them 0, L2 on their squares."
          value={state.regularization}
          options={[
            { value: "none", name: "None" },
            { value: "l1", name: "L1" },
            { value: "l2", name: "L2" },
          ]}
          onChange={(regularization) => set({ regularization })}
        />
        {state.regularization !== "none" && (
          <NumberChoice
            label="Penalty"
            help="The factor of the penalty that is added to the loss."
            value={state.lambda}
            values={penalties}
            onChange={(lambda) => set({ lambda })}
          />
        )}
        <NumberChoice
          label="Batch size"
          help="The number of points in each step. An epoch uses all of them once."
          value={state.batch}
          values={batches}
          show={(size) => (size === state.batch && all < size ? `${size} (there are ${all})` : String(size))}
          onChange={(batch) => set({ batch })}
        />
        <Choice
          label="Loss"
          help={<List titles={lossTitles}>What training makes smaller, as a mean over the points.</List>}
          value={state.loss}
          options={named<LossName>(lossTitles, [...lossesFor(taskOf(state))])}
          onChange={(loss) => set({ loss })}
        />
      </div>
      <details>
        <summary>More settings{changedText(state)}</summary>
        <div class="fields more">
          <OptimizerFields state={state} set={set} />
          <NumberChoice
            label="Weight decay"
            help="Makes all weights smaller in each step, by this share of the learning rate."
            value={state.decay}
            values={penalties}
            show={noPenalty}
            onChange={(decay) => set({ decay })}
          />
          <Choice
            label="Schedule"
            help={<List titles={scheduleTitles}>How the learning rate changes during training.</List>}
            value={state.schedule}
            options={named<ScheduleName>(scheduleTitles)}
            onChange={(schedule) => set({ schedule })}
          />
          {state.schedule !== "constant" && (
            <NumberField
              label="Length of the schedule"
              help="The number of epochs over which the learning rate changes."
              unit="epochs"
              value={state.span}
              minimum={1}
              maximum={limits.epoch}
              whole
              onChange={(span) => set({ span })}
            />
          )}
          <Choice
            label="Initial weights"
            help={
              <List titles={initializerTitles}>How weights are drawn before the first step; biases start at 0.</List>
            }
            value={state.initializer}
            options={named<InitializerName>(initializerTitles)}
            onChange={(initializer) => set({ initializer })}
          />
          {state.initializer === "scaled" && (
            <NumberField
              label="Deviation"
              help="The standard deviation of the initial weights."
              value={state.scale}
              minimum={0}
              maximum={10}
              step={0.1}
              onChange={(scale) => set({ scale })}
            />
          )}
          {state.loss === "crossEntropy" && (
            <NumberField
              label="Label smoothing"
              help="The share of each target that is spread over all classes, so that the network does not become too confident."
              value={state.smoothing}
              minimum={0}
              maximum={0.9}
              step={0.05}
              onChange={(smoothing) => set({ smoothing })}
            />
          )}
          {state.loss === "huber" && (
            <NumberField
              label="δ"
              help="The difference above which the loss is linear."
              value={state.delta}
              minimum={0.001}
              maximum={100}
              step={0.1}
              onChange={(delta) => set({ delta })}
            />
          )}
          <NumberChoice
            label="Gradient clipping"
            help="Gradients with a larger norm are scaled down to this norm, so that single steps cannot ruin the network."
            value={state.clip}
            values={[0, 0.1, 0.3, 1, 3, 10]}
            show={(value) => (value === 0 ? "no limit" : String(value))}
            onChange={(clip) => set({ clip })}
          />
        </div>
      </details>
    </section>
  );
}

/** Small networks train with larger rates than the library's defaults for large ones. */
const smallNetworkRates: Partial<Record<OptimizerName, number>> = {
  ...{ adam: 0.01, nadam: 0.01, rmsprop: 0.01, adagrad: 0.1, lion: 0.001 },
};
const usualRate = (optimizer: OptimizerName): number =>
  smallNetworkRates[optimizer] ?? optimizers[optimizer].learningRate;

function OptimizerFields({
  state,
  set,
}: {
  readonly state: PlaygroundState;
  readonly set: (change: Partial<PlaygroundState>) => void;
}) {
  const { optimizer, options } = state;
  const change = (name: string, value: number | boolean) => {
    const { [name]: _, ...others } = options;
    set({ options: value === usualValue(optimizer, name) ? others : { ...others, [name]: value } });
  };
  return (
    <>
      {optionsOf(optimizer).map((name) => {
        const option = optimizerOptions[name];
        const common = { label: option.title, help: option.about };
        const value = options[name] ?? usualValue(optimizer, name);
        if (option.kind === "flag")
          return <Toggle key={name} {...common} value={value === true} onChange={(on) => change(name, on)} />;
        const { least, most, step } = option;
        const range = { minimum: least, maximum: most, step };
        return (
          <NumberField
            key={name}
            {...common}
            {...range}
            value={Number(value)}
            onChange={(each) => change(name, each)}
          />
        );
      })}
    </>
  );
}

/** How many of the hidden settings differ from their defaults. */
function changedText(state: PlaygroundState): string {
  const hidden = ["decay", "schedule", "initializer", "clip", "smoothing"] as const;
  const changed = hidden.filter((key) => state[key] !== defaultState[key]).length + Object.keys(state.options).length;
  return changed > 0 ? ` (${changed} changed)` : "";
}
