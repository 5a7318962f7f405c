import { dateEncodingOf } from "../../src/data/dateColumn.ts";
import type { DateFormat } from "../../src/data/dateFormat.ts";
import type { Model } from "../../src/predict.ts";
import { element } from "./dom.ts";
import { type Field, labelled } from "./field.ts";

type Feature = NonNullable<Model["preprocessing"]>["features"][number];

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** Day and clock as they are written in cells of each format; the clock is "" or " 13:45". */
const written: Record<DateFormat, (day: readonly [year: string, month: string, day: string], clock: string) => string> =
  {
    ymd: ([year, month, day], clock) => `${year}-${month}-${day}${clock}`,
    dmy: ([year, month, day], clock) => `${day}/${month}/${year}${clock}`,
    mdy: ([year, month, day], clock) => `${month}/${day}/${year}${clock}`,
    named: ([year, month, day], clock) => `${day} ${months[Number(month) - 1]} ${year}${clock}`,
    compact: (day) => day.join(""),
    unix: ([year, month, day], clock) =>
      String(Date.parse(`${year}-${month}-${day}T${clock.trim() || "00:00"}Z`) / 1000),
    time: (_, clock) => clock.trim(),
  };

/** A picker for a date, a time, or both, as the model uses them. */
export function dateField(feature: Extract<Feature, { kind: "date" }>, id: string): Field {
  const { name } = feature;
  const { format, cycles } = dateEncodingOf(feature);
  const clock = cycles.includes("hour") && format !== "compact";
  const type = format === "time" ? "time" : clock ? "datetime-local" : "date";
  const input = element("input", { id, type, "aria-describedby": `${id}-hint`, ...(clock && { step: "1" }) });
  const hint = element("span", { class: "hint", id: `${id}-hint` });
  const text = (): string => {
    const { value } = input;
    if (value === "") return "";
    if (format === "time") return value;
    const [day, time] = value.split("T");
    const [year, month, date] = day.split("-");
    return written[format]([year, month, date], time === undefined ? "" : ` ${time}`);
  };
  const invalid = (): boolean => input.validity.badInput;
  return {
    name,
    container: labelled(name, id, input, hint),
    cell: () => [text()],
    missing: () => input.value === "",
    invalid,
    check() {
      input.setAttribute("aria-invalid", String(invalid()));
      hint.classList.toggle("unusual", invalid());
      hint.textContent = invalid() ? "expected a complete date" : format === "unix" ? "in UTC" : "";
    },
  };
}
