/**
 * Settings as versions up to 0.1 wrote them, in today's words: `learningRateDecay` was a setting beside the schedule and is now
 * the schedule "step"; the initializer was always written. Everything else is returned as it is.
 */
export function upgradeSettings(input: unknown): unknown {
  if (typeof input !== "object" || input === null || !Object.hasOwn(input, "learningRateDecay")) return input;
  const { learningRateDecay, ...settings } = input as Record<string, unknown>;
  if (typeof learningRateDecay !== "object" || learningRateDecay === null) return input;
  const { factor = 1, every = 1 } = learningRateDecay as Record<string, unknown>;
  const { schedule } = settings as { schedule?: { kind?: unknown } };
  // A schedule came first where both were given
  const decays = factor !== 1 && (schedule === undefined || schedule.kind === "constant");
  return decays ? { ...settings, schedule: { kind: "step", factor, every } } : settings;
}
