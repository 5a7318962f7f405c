import { playgroundAttributes, stepsAttributes } from "./attributes.ts";
import { HandgradElement } from "./handgradElement.ts";

// For articles: <script type="module" src=".../embed.js"></script> makes <handgrad-steps> and <handgrad-playground> work.
// Their code is loaded when the first of them comes near the window.

class StepsElement extends HandgradElement {
  static readonly observedAttributes = stepsAttributes;

  protected load() {
    return import("./stepsPart.tsx");
  }
}

class PlaygroundElement extends HandgradElement {
  static readonly observedAttributes = playgroundAttributes;

  protected load() {
    return import("./playgroundPart.tsx");
  }
}

/** Defined once, because a page may contain the script twice. */
function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

define("handgrad-steps", StepsElement);
define("handgrad-playground", PlaygroundElement);
