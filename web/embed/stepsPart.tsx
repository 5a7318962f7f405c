import { render } from "preact";
import { parseState, type StepsState, stateProblems, stateValues } from "../app/steps/state.ts";
import stepsStyles from "../app/steps/steps.css?inline";
import { Steps } from "../app/steps/steps.tsx";
import workerUrl from "../app/steps/worker.ts?worker-url";
import { articleStyles } from "./articleStyles.ts";
import { articleWorker } from "./articleWorker.ts";
import { stepAttributes } from "./attributes.ts";
import type { Part } from "./handgradElement.ts";

/** The attributes of an element, as in addresses of the app; "position" is the address's "at". */
function valuesOf(element: HTMLElement): Record<string, string> {
  const given = stepAttributes.flatMap((name) => {
    const value = element.getAttribute(name);
    return value === null ? [] : [[name, value] as const];
  });
  const position = element.getAttribute("position");
  return { ...Object.fromEntries(given), ...(position !== null && { at: position }) };
}

/** Shows the state of the attributes, or the one that the reader has moved to. */
function show(element: HTMLElement, place: HTMLElement, moved?: StepsState): void {
  const values = valuesOf(element);
  const state = moved ?? parseState(values);
  const problems = moved ? [] : stateProblems(values).map((line) => line.replace(/^at:/, "position:"));
  const keep = (next: StepsState) => {
    show(element, place, next);
    // an article may follow: its text can react to the position
    const detail = { ...stateValues(next), position: next.at };
    element.dispatchEvent(new CustomEvent("handgrad-step", { detail, bubbles: true }));
  };
  const compact = !element.hasAttribute("controls");
  render(
    <Steps {...{ state, problems, compact }} onState={keep} startWorker={() => articleWorker(workerUrl)} inside />,
    place,
  );
}

export const part: Part = {
  styles: [...articleStyles, stepsStyles],
  show: (element, place) => show(element, place),
  hide: (place) => render(null, place),
};
