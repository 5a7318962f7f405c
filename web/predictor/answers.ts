import type { Prediction } from "../../src/predict.ts";
import { element } from "./dom.ts";

const shownLabels = 8;

/** "97.3 %" */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** A number with six digits, as the command prints it. */
export const shortNumber = (value: number): string => String(Number(value.toPrecision(6)));

/** The labels with their probabilities as bars, the most probable first. */
export function bars(ranking: readonly Prediction[]): HTMLElement {
  const list = element("ol", { class: "bars" });
  for (const { label, probability } of ranking.slice(0, shownLabels)) {
    const fill = element("span", { class: "fill" });
    fill.style.width = `${100 * probability}%`;
    list.append(
      element(
        "li",
        {},
        element("span", { class: "name" }, label === "" ? "(empty)" : label),
        element("span", { class: "value", title: String(probability) }, percent(probability)),
        element("span", { class: "bar", "aria-hidden": "true" }, fill),
      ),
    );
  }
  const rest = ranking.slice(shownLabels);
  if (rest.length === 0) return list;
  const sum = rest.reduce((total, { probability }) => total + probability, 0);
  return element("div", {}, list, element("p", { class: "hint" }, `${rest.length} more labels: ${percent(sum)}`));
}
