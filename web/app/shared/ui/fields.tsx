import type { ComponentChildren } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { Help } from "./help.tsx";

interface FieldProps {
  readonly label: string;
  /** one or two sentences that explain the control */
  readonly help: ComponentChildren;
  readonly disabled?: boolean;
}

/** A label with its explanation above a control, which gets the id that the label names. */
export function Field({
  label,
  help,
  unit,
  problem,
  control,
}: FieldProps & {
  readonly unit?: string | undefined;
  readonly problem?: string | undefined;
  readonly control: (id: string) => ComponentChildren;
}) {
  const id = useId();
  return (
    <div class="field">
      <div class="name">
        <label for={id}>{label}</label>
        <Help about={label}>{help}</Help>
      </div>
      <div class="with-unit">
        {control(id)}
        {unit && <span class="unit">{unit}</span>}
      </div>
      {problem && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

interface NumberFieldProps extends FieldProps {
  readonly value: number;
  readonly onChange: (value: number) => void;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly step?: number | "any";
  readonly whole?: boolean;
  readonly unit?: string;
}

/** A number that is checked while it is typed; `onChange` gets only values within the limits. */
export function NumberField({ label, help, value, onChange, disabled, unit, ...limits }: NumberFieldProps) {
  const [text, setText] = useState(String(value));
  useEffect(() => setText(String(value)), [value]);
  const problem = text === String(value) ? undefined : problemOf(text, limits);
  const enter = (typed: string) => {
    setText(typed);
    if (!problemOf(typed, limits) && Number(typed) !== value) onChange(Number(typed));
  };
  return (
    <Field
      {...{ label, help, unit, problem }}
      control={(id) => (
        <input
          id={id}
          type="number"
          inputMode="decimal"
          value={text}
          step={limits.step ?? (limits.whole ? 1 : "any")}
          min={limits.minimum}
          max={limits.maximum}
          disabled={disabled}
          aria-invalid={problem !== undefined}
          onInput={(event) => enter(event.currentTarget.value)}
          onBlur={() => setText(String(value))}
        />
      )}
    />
  );
}

function problemOf(
  text: string,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY, whole }: Partial<NumberFieldProps>,
): string | undefined {
  const number = Number(text);
  const wanted = whole ? "a whole number" : "a number";
  if (text.trim() === "" || !Number.isFinite(number) || (whole && !Number.isInteger(number)))
    return `expected ${wanted}, found ${text.trim() === "" ? "nothing" : `"${text}"`}`;
  if (number < minimum) return `expected at least ${minimum}, found ${number}`;
  if (number > maximum) return `expected at most ${maximum}, found ${number}`;
  return undefined;
}

interface TextFieldProps extends FieldProps {
  readonly value: string;
  /** gets the text whenever it changes */
  readonly onInput: (text: string) => void;
  readonly problem?: string | undefined;
  readonly placeholder?: string;
  readonly inputMode?: "text" | "numeric" | "decimal";
  readonly autocomplete?: "on" | "off";
  readonly maxLength?: number;
}

/** A line of text; its user passes the message about an error. */
export function TextField({ label, help, problem, onInput, ...rest }: TextFieldProps) {
  return (
    <Field
      {...{ label, help, problem }}
      control={(id) => (
        <input
          id={id}
          type="text"
          {...rest}
          aria-invalid={problem !== undefined}
          onInput={(event) => onInput(event.currentTarget.value)}
        />
      )}
    />
  );
}

/** One of a few values. */
export function Choice<Value extends string>({
  label,
  help,
  value,
  options,
  onChange,
  disabled,
}: FieldProps & {
  readonly value: Value;
  readonly options: readonly (Value | { readonly value: Value; readonly name: string })[];
  readonly onChange: (value: Value) => void;
}) {
  const named = options.map((option) => (typeof option === "string" ? { value: option, name: option } : option));
  return (
    <Field
      {...{ label, help }}
      control={(id) => (
        <select
          id={id}
          value={value}
          disabled={disabled}
          onChange={(event) => onChange(event.currentTarget.value as Value)}
        >
          {named.map(({ value: each, name }) => (
            <option key={each} value={each} selected={each === value}>
              {name}
            </option>
          ))}
        </select>
      )}
    />
  );
}

/** A number on a scale; `show` writes it with its unit. */
export function Slider({
  label,
  help,
  value,
  minimum,
  maximum,
  step,
  onChange,
  disabled,
  show = String,
}: FieldProps & {
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
  readonly show?: (value: number) => string;
}) {
  return (
    <Field
      {...{ label, help, unit: show(value) }}
      control={(id) => (
        <input
          id={id}
          type="range"
          min={minimum}
          max={maximum}
          step={step}
          value={value}
          disabled={disabled}
          aria-valuetext={show(value)}
          onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
        />
      )}
    />
  );
}

/** On or off. */
export function Toggle({
  label,
  help,
  value,
  onChange,
  disabled,
}: FieldProps & { readonly value: boolean; readonly onChange: (value: boolean) => void }) {
  const id = useId();
  return (
    <div class="field toggle">
      <input
        id={id}
        type="checkbox"
        checked={value}
        disabled={disabled}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
      <label for={id}>{label}</label>
      <Help about={label}>{help}</Help>
    </div>
  );
}
