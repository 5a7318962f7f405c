import { StoredValues } from "../shared/database.ts";

// The project of the course in this browser's IndexedDB.

const projects = new StoredValues("handgrad course", "projects");
const key = "problem1";

/** The stored project; undefined at the first visit. Throws if the browser forbids storage. */
export const readStored = (): Promise<unknown> => projects.use("readonly", (all) => all.get(key));

/** Throws if the storage is full or forbidden. */
export async function writeStored(value: unknown): Promise<void> {
  await projects.use("readwrite", (all) => all.put(value, key));
}
