/** Settings under the names that they had before, with today's names. */
const oldNames = { frequencies: "dct", views: "testTimeAugmentation", averageDecay: "emaDecay" } as const;

/**
 * Converts settings of earlier versions. `learningRateDecay` was a setting beside the schedule and is now the
 * schedule "step"; the initializer was always written; `oldNames` lists the renamed settings. Everything else is returned as it is,
 * also a setting that is given under both names: the old name is then an unknown setting.
 */
export function upgradeSettings(input: unknown): unknown {
  if (typeof input !== "object" || input === null) return input;
  return withStepSchedule(withCurrentNames(input as Record<string, unknown>));
}

/** Settings with today's names. */
export function withCurrentNames(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const renamed = Object.entries(settings).map(([name, value]) => {
    const current = Object.hasOwn(oldNames, name) ? oldNames[name as keyof typeof oldNames] : name;
    return [Object.hasOwn(settings, current) ? name : current, value];
  });
  return Object.fromEntries(renamed);
}

function withStepSchedule(input: Record<string, unknown>): Record<string, unknown> {
  const { learningRateDecay, ...settings } = input;
  if (typeof learningRateDecay !== "object" || learningRateDecay === null) return input;
  const { factor = 1, every = 1 } = learningRateDecay as Record<string, unknown>;
  const { schedule } = settings as { schedule?: { kind?: unknown } };
  // A schedule took precedence if both were given
  const decays = factor !== 1 && (schedule === undefined || schedule.kind === "constant");
  return decays ? { ...settings, schedule: { kind: "step", factor, every } } : settings;
}
