import { computed, effect, signal } from "@preact/signals";

// Light or dark: as in the system, until the user chooses.

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

/** Set by an article that embeds parts of the app. */
export const schemeOfArticle = signal<"light" | "dark" | undefined>(undefined);

/** The scheme that canvases use. */
export const isDark = computed(() => {
  const chosen = schemeOfArticle.value ?? scheme.value;
  return chosen === "system" ? systemIsDark.value : chosen === "dark";
});

/** Applies and stores the scheme that the user chose. */
export function applyScheme(): void {
  effect(() => {
    const root = document.documentElement;
    if (scheme.value === "system") root.removeAttribute("data-scheme");
    else root.dataset.scheme = scheme.value;
    try {
      localStorage.setItem(key, scheme.value);
    } catch {
      // without storage, the choice lasts as long as the page
    }
  });
}
