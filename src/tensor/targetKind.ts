/**
 * The kind of targets of a data set: one class of several, a probability for each class, numbers, or several labels that are each present
 * (1) or not (0).
 */
export type TargetKind = "classes" | "probabilities" | "numbers" | "labels";
