import { useSignal } from "@preact/signals";
import type { ColumnSummary, ColumnType, DataRequest } from "handgrad";
import { Button } from "../../shared/ui/button.tsx";
import { Help } from "../../shared/ui/help.tsx";
import { changeRequest, request } from "../state.ts";
import { plural, shortNumber } from "../words.ts";
import type { DataInfo } from "../worker/protocol.ts";
import { Histogram } from "./histogram.tsx";

const mostColumns = 40;

type TypeName = "detected" | ColumnType;

/** What a column can be read as; the data decides by default. */
const types: Readonly<Record<TypeName, string>> = {
  detected: "as detected",
  number: "numbers",
  "number-english": "numbers such as 1,234.5",
  "number-european": "numbers such as 1.234,5",
  "number-clip": "numbers, infinite values clipped",
  category: "categories",
  words: "words of texts",
  text: "text (categories, if few)",
  date: "dates",
  "date-dmy": "dates, day first",
  "date-mdy": "dates, month first",
  unix: "seconds since 1970",
};

const kinds: Readonly<Record<ColumnSummary["type"], string>> = {
  number: "number",
  category: "category",
  date: "date",
  text: "text",
  id: "row number",
  constant: "one value",
  empty: "empty",
};

/** One row for each column: its kind, its values, and its use. */
export function ColumnsTable({ table }: { readonly table: NonNullable<DataInfo["table"]> }) {
  const all = useSignal(false);
  const { columns, rows, target } = table;
  const shown = all.value ? columns : columns.slice(0, mostColumns);
  const dropped = request.value.drop ?? [];
  return (
    <>
      <h3>Columns</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls is reached by keyboard */}
      <section class="scroll" tabIndex={0} aria-label="The columns of the table">
        <table class="columns">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Kind</th>
              <th scope="col" class="number">
                Missing
              </th>
              <th scope="col" class="number">
                Different
              </th>
              <th scope="col">Values</th>
              <th scope="col">
                Type{" "}
                <Help about="Type">
                  How the cells of a column are read. Choose another type if the detected one is wrong, such as category
                  for postal codes that look like numbers.
                </Help>
              </th>
              <th scope="col">
                Use{" "}
                <Help about="Use">
                  Only selected columns are used. Leave out columns whose values are unknown when you predict.
                </Help>
              </th>
            </tr>
          </thead>
          <tbody>
            {shown.map((column) => (
              <ColumnRow key={column.name} column={column} rows={rows} isTarget={column.name === target?.name} />
            ))}
          </tbody>
        </table>
      </section>
      {shown.length < columns.length && (
        <Button kind="plain" onClick={() => (all.value = true)}>
          Show {plural(columns.length - shown.length, "more column")}
        </Button>
      )}
      {dropped.length > 0 && (
        <p class="row">
          <span>Not used:</span>
          {dropped.map((name) => (
            <Button
              key={name}
              onClick={() => changeRequest({ drop: without(dropped, name) })}
              label={`Use ${name} again`}
            >
              {name} ↺
            </Button>
          ))}
        </p>
      )}
    </>
  );
}

const without = (names: readonly string[], name: string): string[] | undefined => {
  const left = names.filter((each) => each !== name);
  return left.length > 0 ? left : undefined;
};

interface ColumnRowProps {
  readonly column: ColumnSummary;
  readonly rows: number;
  readonly isTarget: boolean;
}

function ColumnRow({ column, rows, isTarget }: ColumnRowProps) {
  const { name, type, missing, distinct } = column;
  const asked = request.value.types?.find((each) => each.column === name)?.type ?? "detected";
  return (
    <tr class={isTarget ? "target" : ""}>
      <th scope="row">
        {name === "" ? "(no name)" : name} {isTarget && <span class="badge">predicted</span>}
      </th>
      <td>{kinds[type]}</td>
      <td class="number">{missing > 0 ? `${missing.toLocaleString("en")} (${share(missing / rows)})` : ""}</td>
      <td class="number">{distinct.toLocaleString("en")}</td>
      <td>
        <Values column={column} />
      </td>
      <td>
        <select
          aria-label={`Type of ${name}`}
          value={asked}
          onChange={(event) => changeRequest({ types: withType(name, event.currentTarget.value as TypeName) })}
        >
          {(Object.keys(types) as TypeName[]).map((each) => (
            <option key={each} value={each} selected={each === asked}>
              {types[each]}
            </option>
          ))}
        </select>
      </td>
      <td>
        {isTarget ? (
          ""
        ) : (
          <input
            type="checkbox"
            checked
            aria-label={`Use ${name}`}
            onChange={() => changeRequest({ drop: [...(request.value.drop ?? []), name] })}
          />
        )}
      </td>
    </tr>
  );
}

function withType(column: string, type: TypeName): DataRequest["types"] {
  const others = (request.value.types ?? []).filter((each) => each.column !== column);
  const all = type === "detected" ? others : [...others, { column, type }];
  return all.length > 0 ? all : undefined;
}

const share = (part: number): string => (part > 0 && part < 0.001 ? "<0.1 %" : `${(100 * part).toFixed(1)} %`);
const shown = (value: number | string | undefined): string =>
  value === undefined ? "" : typeof value === "number" ? shortNumber(value) : value;

function Values({ column }: { readonly column: ColumnSummary }) {
  const { histogram, minimum, maximum, mostFrequent, distinct, name } = column;
  if (histogram && minimum !== maximum)
    return (
      <span class="range">
        <span>{shown(minimum)}</span>
        <Histogram counts={histogram} label={`Distribution of ${name} from ${shown(minimum)} to ${shown(maximum)}`} />
        <span>{shown(maximum)}</span>
      </span>
    );
  if (!mostFrequent) return <span>{shown(minimum)}</span>;
  const values = mostFrequent.slice(0, 4);
  return (
    <span class="values">
      {values.map(({ value, rows }) => (
        <span key={value} class="value">
          {value} <small>{rows.toLocaleString("en")}</small>
        </span>
      ))}
      {distinct > values.length && "…"}
    </span>
  );
}
