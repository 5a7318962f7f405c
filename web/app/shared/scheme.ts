import { computed, effect, signal } from "@preact/signals";

// Light or dark: as the system says, until the reader chooses.

export type Scheme = "system" | "light" | "dark";
const key = "handgrad scheme";

function stored(): Scheme {
  try {
    const value = localStorage.getItem(key);
    return value === "light" || value === "dark" ? value : "system";
  } catch {
    return "system"; // storage may be forbidden
  }
}

export const scheme = signal<Scheme>(stored());

const query = matchMedia("(prefers-color-scheme: dark)");
const systemIsDark = signal(query.matches);
query.addEventListener("change", ({ matches }) => {
  systemIsDark.value = matches;
});

/** What canvases draw with. */
export const isDark = computed(() => (scheme.value === "system" ? systemIsDark.value : scheme.value === "dark"));

effect(() => {
  const root = document.documentElement;
  if (scheme.value === "system") root.removeAttribute("data-scheme");
  else root.dataset.scheme = scheme.value;
  try {
    localStorage.setItem(key, scheme.value);
  } catch {
    // then the choice lasts as long as the page
  }
});
