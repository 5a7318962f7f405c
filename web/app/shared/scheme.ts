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

/** Where an article decides, in which parts of the app are embedded. */
export const schemeOfArticle = signal<"light" | "dark" | undefined>(undefined);

/** What canvases draw with. */
export const isDark = computed(() => {
  const chosen = schemeOfArticle.value ?? scheme.value;
  return chosen === "system" ? systemIsDark.value : chosen === "dark";
});

/** From now on the page has the scheme that the reader chose, and remembers it. */
export function applyScheme(): void {
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
}
