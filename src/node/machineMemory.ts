import { totalmem } from "node:os";

/** The memory that this process may use, in bytes: that of the machine or of its container. */
export function machineMemory(): number {
  const limit = process.constrainedMemory();
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
