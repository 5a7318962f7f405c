import { createHash } from "node:crypto";
import { gatherValues, type Ranks } from "../../kernels/ranks.ts";
import { SettingsError } from "../../tensor/errors.ts";

/**
 * Compares version, kernels, settings and data between all ranks, because equal bits require equal values. Throws SettingsError
 * on every rank if a value differs, with the ranks and this rank's value.
 */
export function expectSameOnAllRanks(ranks: Ranks, facts: Readonly<Record<string, unknown>>): void {
  const values = Object.values(facts).map((value) => JSON.stringify(value) ?? "none");
  const width = values.length;
  const all = gatherValues(
    ranks,
    values.map((value) => createHash("sha256").update(value).digest().readUIntBE(0, 6)),
  );
  const problems = Object.keys(facts).flatMap((name, i) => {
    const others = Array.from({ length: ranks.size }, (_, rank) => rank).filter(
      (rank) => all[rank * width + i] !== all[i],
    );
    if (others.length === 0) return [];
    const own = values[i].length > 200 ? `${values[i].slice(0, 199)}…` : values[i];
    return [
      `${name}: expected the same on all ranks, found a difference between rank 0 and rank ${others.join(", ")}; rank ${ranks.rank} has ${own}`,
    ];
  });
  if (problems.length > 0) throw new SettingsError(`mpi: ${problems.join("\n")}`);
}
