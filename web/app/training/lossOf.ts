import type { RunSummary } from "./protocol.ts";

/** The loss that a run was trained with; undefined for cross-entropy where it is the default, which needs no mention in an address. */
export const lossOf = ({ settings, metric }: Pick<RunSummary, "settings" | "metric">): string | undefined =>
  settings?.loss ?? (metric === "rSquared" ? "meanSquaredError" : undefined);
