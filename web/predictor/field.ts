import { element } from "./dom.ts";

/** One column in the form. */
export interface Field {
  readonly name: string;
  readonly container: HTMLElement;
  /** the cell, as in a table with one row */
  cell(): Float64Array | readonly string[];
  missing(): boolean;
  invalid(): boolean;
  /** shows below the field if the value is unusual */
  check(): void;
}

/** A control with its name above and a hint below. */
export function labelled(name: string, id: string, control: HTMLElement, hint: HTMLElement): HTMLElement {
  return element("div", { class: "field" }, element("label", { for: id }, name), control, hint);
}
