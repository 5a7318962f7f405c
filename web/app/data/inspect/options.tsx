import { useSignal } from "@preact/signals";
import type { DataRequest } from "handgrad";
import { Choice, Field, NumberField, Toggle } from "../../shared/ui/fields.tsx";
import { changeRequest, changeSplit, chosen, request } from "../state.ts";
import type { DataInfo } from "../worker/protocol.ts";

type Table = NonNullable<DataInfo["table"]>;

/** An option, or nothing: the value of a select is a text, and a column can have any name. */
const none = "";
const numbered = (names: readonly string[], first: string) => [
  { value: none, name: first },
  ...names.map((name, i) => ({ value: String(i + 1), name: name === "" ? "(no name)" : name })),
];
const place = (names: readonly string[], name: string | undefined): string =>
  name === undefined ? none : String(names.indexOf(name) + 1);
const at = (names: readonly string[], value: string): string | undefined =>
  value === none ? undefined : names[Number(value) - 1];

/** The common options of a table, and the others under "More". */
export function TableOptions({ table }: { readonly table: Table }) {
  const names = table.columns.map(({ name }) => name);
  const { target } = table;
  const { task, group, time } = request.value;
  return (
    <>
      <div class="fields">
        <Choice
          label="Column to predict"
          help="The network learns to predict this column from the others."
          value={place(names, target?.name)}
          options={numbered(names, target ? "as detected" : "choose a column")}
          onChange={(value) => changeRequest({ target: at(names, value), task: undefined })}
        />
        <Choice
          label="Kind of prediction"
          help="Classes are names without an order; each gets a probability. A number is predicted on a scale."
          value={task ?? none}
          options={[
            { value: none, name: "as detected" },
            { value: "classification", name: "classes" },
            { value: "regression", name: "a number" },
          ]}
          onChange={(value) => changeSplit({ task: value === none ? undefined : (value as "regression") })}
        />
        <TextOption
          label="Missing values"
          help="Values to treat as missing, separated by commas, such as -999, unknown; age=-1 for one column. NA, ? and empty cells always are."
          value={request.value.missing?.join(", ") ?? ""}
          onChange={(text) => changeRequest({ missing: listOf(text) })}
        />
      </div>
      <details class="more">
        <summary>More options</summary>
        <div class="fields">
          <Choice
            label="First row"
            help="Whether the first row contains the names of the columns."
            value={request.value.header === undefined ? none : String(request.value.header)}
            options={[
              { value: none, name: "as detected" },
              { value: "true", name: "names of columns" },
              { value: "false", name: "data" },
            ]}
            onChange={(value) => changeRequest({ header: value === none ? undefined : value === "true" })}
          />
          <RepeatedRows help="Rows with the same inputs stay in one part, so that the test rows are new to the network." />
          <Choice
            label="Keep together"
            help="Rows with the same value in this column stay in one part, such as several measurements of one patient."
            value={place(names, group)}
            options={numbered(names, "no column")}
            onChange={(value) => changeSplit({ group: at(names, value) })}
          />
          <Choice
            label="Order by time"
            help="Trains on the oldest rows, validates on later ones and tests on the latest, as when you predict the future."
            value={place(names, time)}
            options={numbered(names, "no column")}
            onChange={(value) => changeSplit({ time: at(names, value) })}
          />
          <TextOption
            label="Sheet"
            help="For Excel workbooks: the name of a sheet, or its number from 1."
            value={request.value.sheet ?? ""}
            onChange={(text) => changeRequest({ sheet: text.trim() === "" ? undefined : text.trim() })}
          />
        </div>
      </details>
    </>
  );
}

function RepeatedRows({ help }: { readonly help: string }) {
  return (
    <Choice
      label="Repeated rows"
      help={help}
      value={request.value.duplicates ?? none}
      options={[
        { value: none, name: "as detected" },
        { value: "together", name: "in one part" },
        { value: "split", name: "in any part" },
      ]}
      onChange={(value) =>
        changeSplit({ duplicates: value === none ? undefined : (value as DataRequest["duplicates"]) })
      }
    />
  );
}

/** The common options of images. */
export function ImageOptions() {
  const tables = chosen.value.map(({ path }) => path).filter((path) => /\.(csv|tsv|xlsx|json|parquet)$/i.test(path));
  const { size = 32, skipBroken = false, labelsFrom } = request.value;
  return (
    <div class="fields">
      <NumberField
        label="Image size"
        help="Images become squares of this side. Larger images show more detail and train more slowly."
        value={size}
        minimum={4}
        maximum={512}
        whole
        unit="pixels"
        onChange={(value) => changeRequest({ size: value })}
      />
      <Choice
        label="Labels"
        help="Where the class of an image comes from: the name of its folder, its own name (cat.12.jpg), or a table with a column of file names."
        value={labelsFrom === undefined ? none : labelsFrom === "name" ? "name" : place(tables, labelsFrom)}
        options={[
          { value: none, name: "names of folders" },
          { value: "name", name: "names of files" },
          ...tables.map((name, i) => ({ value: String(i + 1), name })),
        ]}
        onChange={(value) => changeRequest({ labelsFrom: value === "name" ? "name" : at(tables, value) })}
      />
      <Toggle
        label="Skip broken files"
        help="Leaves out files that cannot be decoded, and counts them."
        value={skipBroken}
        onChange={(value) => changeRequest({ skipBroken: value || undefined })}
      />
      <RepeatedRows help="Images with the same pixels stay in one part, so that the test images are new to the network." />
    </div>
  );
}

/** How NumPy arrays are read. */
export function ArrayOptions() {
  const problem = useSignal<string | undefined>(undefined);
  const { as = none, pixelRange } = request.value;
  const enter = (text: string) => {
    const parts = text.split(",").map((part) => Number(part.trim() || Number.NaN));
    const isRange = parts.length === 2 && parts.every(Number.isFinite) && parts[0] < parts[1];
    const isEmpty = text.trim() === "";
    problem.value = isRange || isEmpty ? undefined : `expected two numbers such as 0, 1; found "${text}"`;
    if (isRange || isEmpty) changeRequest({ pixelRange: isRange ? [parts[0], parts[1]] : undefined });
  };
  return (
    <div class="fields">
      <Choice
        label="Arrays are"
        help="Arrays of the shape (rows, height, width), with or without channels, can be images; others are tables of numbers."
        value={as}
        options={[{ value: none, name: "as detected" }, "images", "table"]}
        onChange={(value) => changeRequest({ as: value === none ? undefined : (value as DataRequest["as"]) })}
      />
      <TextOption
        label="Pixel range"
        help="For images: the numbers for black and white, such as 0, 1. Empty: they are detected."
        value={pixelRange?.join(", ") ?? ""}
        problem={problem.value}
        onChange={enter}
      />
    </div>
  );
}

/** Whether NumPy arrays were chosen, even if reading them failed. */
export const areArrays = (): boolean => chosen.value.some(({ path }) => /\.np[yz]$/i.test(path));

/** Which of its two labels are learned. */
export function Cifar100Options() {
  return (
    <div class="fields">
      <Choice
        label="Labels"
        help="Each image has a coarse label (20 superclasses, such as trees) and a fine one (100 classes, such as maple)."
        value={request.value.labels === "fine" ? "fine" : "coarse"}
        options={[
          { value: "coarse", name: "20 superclasses" },
          { value: "fine", name: "100 classes" },
        ]}
        onChange={(labels: "coarse" | "fine") => changeRequest({ labels })}
      />
    </div>
  );
}

function listOf(text: string): string[] | undefined {
  const items = text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
  return items.length > 0 ? items : undefined;
}

/** A text that takes effect when the field is left or Enter is pressed, because each change reads the file again. */
function TextOption({
  label,
  help,
  value,
  problem,
  onChange,
}: {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly problem?: string | undefined;
  readonly onChange: (text: string) => void;
}) {
  const typed = useSignal<string | undefined>(undefined);
  return (
    <Field
      {...{ label, help, problem }}
      control={(id) => (
        <input
          id={id}
          type="text"
          value={typed.value ?? value}
          onInput={(event) => (typed.value = event.currentTarget.value)}
          onChange={(event) => {
            typed.value = undefined;
            if (event.currentTarget.value !== value) onChange(event.currentTarget.value);
          }}
        />
      )}
    />
  );
}
