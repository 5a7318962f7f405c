import { codesOf } from "handgrad/assignment";

/** The SHA-256 of each file's code, by which `handgrad course verify` knows it. */
export async function digests(files: ReadonlyMap<string, string>): Promise<Record<string, string>> {
  if (!globalThis.crypto?.subtle)
    throw new Error(
      "this page cannot compute checksums, because its address is neither https nor 127.0.0.1; open it with `handgrad web`",
    );
  const all = codesOf({ files }).map(async ([name, code]) => {
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(code));
    const hex = Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
    return [name, hex] as const;
  });
  return Object.fromEntries(await Promise.all(all));
}
