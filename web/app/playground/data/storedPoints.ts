import { formatOwn } from "../address.ts";
import type { OwnPoints } from "./ownPoints.ts";

// If there are too many points for a link, they stay in the storage of this browser, and the link contains their key.

const prefix = "handgrad points ";
const mostStored = 20;

/** FNV-1a of the text in base 36: equal points have equal keys. */
function keyOf(text: string): string {
  let hash = 0x811c9dc5n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(36);
}

/** Stores points and returns their key. If there is no room, they are kept until the page is closed. */
export function keepPoints(own: OwnPoints): string {
  const text = formatOwn(own);
  const key = keyOf(text);
  try {
    const known = Object.keys(localStorage).filter((each) => each.startsWith(prefix) && each !== prefix + key);
    for (const old of known.slice(0, Math.max(0, known.length - mostStored + 1))) localStorage.removeItem(old);
    localStorage.setItem(prefix + key, text);
  } catch {
    // storage may be full or forbidden
  }
  return key;
}

/** The points of a key as the text that `formatOwn` wrote; undefined if they are not in this browser. */
export function storedPoints(key: string): string | undefined {
  try {
    return localStorage.getItem(prefix + key) ?? undefined;
  } catch {
    return undefined;
  }
}
