import { signal } from "@preact/signals";

// The address is #/view?key=value: a link to it shows the same thing, on any host of static files.

/** The content of the address. */
export interface Address {
  readonly view: string;
  readonly values: Readonly<Record<string, string>>;
}

export function parseAddress(hash: string): Address {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  return { view: path, values: Object.fromEntries(new URLSearchParams(query)) };
}

/** "#/playground?data=spiral"; values that are undefined are left out. Commas, colons and slashes stay readable. */
export function addressOf(view: string, values: Readonly<Record<string, string | undefined>> = {}): string {
  const query = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const text = new URLSearchParams(query).toString().replace(/%2C/g, ",").replace(/%3A/g, ":").replace(/%2F/g, "/");
  return `#/${view}${text ? `?${text}` : ""}`;
}

let shownHash = location.hash;

/** The address that the page shows now. */
export const address = signal(parseAddress(shownHash));

addEventListener("hashchange", () => show(location.hash));

function show(hash: string): void {
  shownHash = hash;
  address.value = parseAddress(hash);
}

/**
 * Writes values of the view that is shown into the address, without a new entry in the history, so that "back" leaves the view. If the
 * user has just followed a link, "hashchange" comes a moment after the new address: that address is newer, and nothing is written.
 */
export function keepInAddress(values: Readonly<Record<string, string | undefined>>): void {
  const hash = addressOf(address.value.view, values);
  if (location.hash !== shownHash || hash === shownHash) return;
  history.replaceState(null, "", hash);
  show(hash);
}
