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

/** The address that the page shows now. */
export const address = signal(parseAddress(location.hash));

addEventListener("hashchange", () => {
  address.value = parseAddress(location.hash);
});

/** Writes values of the view that is shown into the address, without a new entry in the history, so that "back" leaves the view. */
export function keepInAddress(values: Readonly<Record<string, string | undefined>>): void {
  const hash = addressOf(address.value.view, values);
  if (hash === location.hash) return;
  history.replaceState(null, "", hash);
  address.value = parseAddress(hash);
}
