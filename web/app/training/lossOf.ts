import type { RunSummary } from "./protocol.ts";

/** The loss that a run was trained with; undefined for cross-entropy as the default, which an address leaves out. */
export const lossOf = ({ settings, metric }: Pick<RunSummary, "settings" | "metric">): string | undefined =>
  settings?.loss ?? (metric === "rSquared" ? "meanSquaredError" : undefined);
