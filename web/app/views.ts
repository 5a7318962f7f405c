import type { ComponentType } from "preact";

/** A view of the app: its code is loaded when it is opened. */
export interface ViewEntry {
  readonly id: string;
  readonly title: string;
  /** the purpose of the view, below its title */
  readonly sentence: string;
  readonly load: () => Promise<{ readonly View: ComponentType }>;
}

/** All views, in the order of the navigation; the first one opens without an address. */
export const views: readonly ViewEntry[] = [
  {
    id: "playground",
    title: "Playground",
    sentence: "Points in the plane and a small network. Change anything and watch what it learns.",
    load: () => import("./playground/index.tsx"),
  },
  {
    id: "steps",
    title: "Step through",
    sentence: "One batch, layer by layer, forward and backward, with every number and its formula.",
    load: () => import("./steps/index.tsx"),
  },
  {
    id: "data",
    title: "Your data",
    sentence: "Train on a table or on images, evaluate the model, predict with it and save it.",
    load: () => import("./data/index.tsx"),
  },
  {
    id: "experiments",
    title: "Experiments",
    sentence: "Compare runs. They are stored in this browser and can be continued after an interruption.",
    load: () => import("./experiments/index.tsx"),
  },
  {
    id: "course",
    title: "Course",
    sentence: "Write layers and optimizers yourself. Each is checked, and mistakes are explained.",
    load: () => import("./course/index.tsx"),
  },
  {
    id: "assignment",
    title: "Assignment",
    sentence: "The checks of the assignment, computed in this page.",
    load: () => import("./assignment/index.tsx"),
  },
];
