/**
 * What a data set asks a network for: one class of several, a probability for each class, numbers, or several labels that are
 * each there (1) or not (0).
 */
export type TargetKind = "classes" | "probabilities" | "numbers" | "labels";
