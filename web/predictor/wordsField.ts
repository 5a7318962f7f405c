import { wordEncodingOf } from "../../src/data/wordColumn.ts";
import { wordsIn } from "../../src/data/words.ts";
import type { Model } from "../../src/predict.ts";
import { element } from "./dom.ts";
import { type Field, labelled } from "./field.ts";

type Feature = NonNullable<Model["preprocessing"]>["features"][number];

const mostShown = 4;

/** A text; the model uses the words that it knows, and the hint lists them. */
export function wordsField(feature: Extract<Feature, { kind: "words" }>, id: string): Field {
  const { name } = feature;
  const { words } = wordEncodingOf(feature);
  const input = element("input", { id, type: "text", autocomplete: "off", "aria-describedby": `${id}-hint` });
  const hint = element("span", { class: "hint", id: `${id}-hint` });
  const shown = words.slice(0, mostShown).join(", ");
  const examples = words.length > mostShown ? `${shown}, … (${words.length} in all)` : shown;
  return {
    name,
    container: labelled(name, id, input, hint),
    cell: () => [input.value.trim()],
    missing: () => input.value.trim() === "",
    invalid: () => false,
    check() {
      const found = new Set(wordsIn(input.value));
      const used = words.filter((word) => found.has(word));
      hint.classList.toggle("unusual", found.size > 0 && used.length === 0);
      if (input.value.trim() === "") hint.textContent = `known words: ${examples}`;
      else
        hint.textContent =
          used.length > 0 ? `known words: ${used.join(", ")}` : `no known word; the model knows ${examples}`;
    },
  };
}
