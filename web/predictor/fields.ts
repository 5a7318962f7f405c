import type { Model } from "../../src/predict.ts";
import { dateField } from "./dateField.ts";
import { element } from "./dom.ts";
import { type Field, labelled } from "./field.ts";
import { wordsField } from "./wordsField.ts";

type Feature = NonNullable<Model["preprocessing"]>["features"][number];

/** A field for each column that the model reads. */
export function fieldsOf({ preprocessing }: Pick<Model, "preprocessing">): Field[] {
  return (preprocessing?.features ?? []).map((feature, i) => fieldOf(feature, `field${i}`));
}

function fieldOf(feature: Feature, id: string): Field {
  if (feature.kind === "number") return numberField(feature, id);
  if (feature.kind === "words") return wordsField(feature, id);
  return feature.kind === "date" ? dateField(feature, id) : categoryField(feature, id);
}

const rounded = (value: number, digits = 4): string => String(Number(value.toPrecision(digits)));

function numberField(feature: Extract<Feature, { kind: "number" }>, id: string): Field {
  const { name, mean, minimum, maximum } = feature;
  const range =
    minimum === undefined || maximum === undefined ? "" : `training rows: ${rounded(minimum)} to ${rounded(maximum)}`;
  const input = element("input", {
    ...{ id, type: "text", inputmode: "decimal", autocomplete: "off", "aria-describedby": `${id}-hint` },
    placeholder: `mean ${rounded(mean, 3)}`,
  });
  const hint = element("span", { class: "hint", id: `${id}-hint` }, range);
  const text = (): string => input.value.trim();
  const value = (): number => (text() === "" ? Number.NaN : Number(text().replace(",", ".")));
  const invalid = (): boolean => text() !== "" && !Number.isFinite(value());
  const outside = (): boolean =>
    minimum !== undefined && maximum !== undefined && (value() < minimum || value() > maximum);
  return {
    name,
    container: labelled(name, id, input, hint),
    cell: () => Float64Array.of(value()),
    missing: () => text() === "",
    invalid,
    check() {
      input.setAttribute("aria-invalid", String(invalid()));
      hint.classList.toggle("unusual", invalid() || outside());
      if (invalid()) hint.textContent = "expected a number";
      else hint.textContent = outside() ? `outside the ${range}` : range;
    },
  };
}

const missingOption = "missing";
const otherOption = "other";

function categoryField(feature: Extract<Feature, { kind: "category" }>, id: string): Field {
  const { name, values } = feature;
  const known = values.filter((value) => value !== "");
  // The values are numbered, because a text of the data can be anything, even "missing"
  const select = element("select", { id, "aria-describedby": `${id}-hint` });
  select.append(
    element("option", { value: missingOption }, "(missing)"),
    ...known.map((value, i) => element("option", { value: String(i) }, value)),
    element("option", { value: otherOption }, "(another value)"),
  );
  const hint = element("span", { class: "hint", id: `${id}-hint` });
  const text = (): string => {
    if (select.value === missingOption) return "";
    return select.value === otherOption ? unknownOf(known) : known[Number(select.value)];
  };
  return {
    name,
    container: labelled(name, id, select, hint),
    cell: () => [text()],
    missing: () => select.value === missingOption,
    invalid: () => false,
    check() {
      hint.textContent = select.value === otherOption ? "a value that is not in the training rows" : "";
    },
  };
}

/** A text that is not among the known ones. */
function unknownOf(known: readonly string[]): string {
  let text = "other";
  while (known.includes(text)) text += "_";
  return text;
}
