/** What a colour is for; series are numbered. */
export type Role = "text" | "muted" | "grid" | "background" | `series${number}`;

/** How one series looks: told apart by colour, by dashes and by markers, so that any one of the three is enough. */
export interface SeriesLook {
  readonly light: string;
  readonly dark: string;
  /** lengths of dashes and gaps; empty for a whole line */
  readonly dash: string;
  readonly marker: Marker;
}

export type Marker = "circle" | "square" | "triangle" | "diamond" | "cross" | "ring";

/**
 * Okabe and Ito's colours, which are distinguishable with any colour blindness, in an order in which neighbours also differ in
 * greyscale; those of the dark page are lighter variants of the same hues. https://jfly.uni-koeln.de/color/
 */
export const seriesLooks: readonly SeriesLook[] = [
  { light: "#0072b2", dark: "#56b4e9", dash: "", marker: "circle" },
  { light: "#d55e00", dark: "#f28e4b", dash: "7 3", marker: "square" },
  { light: "#009e73", dark: "#2ec4a0", dash: "2 2.5", marker: "triangle" },
  { light: "#aa4499", dark: "#e6a3cf", dash: "9 3 2 3", marker: "diamond" },
  { light: "#5f5f5f", dark: "#c8c8c8", dash: "4 4", marker: "cross" },
  { light: "#b07d00", dark: "#f0c75e", dash: "12 3 2 3 2 3", marker: "ring" },
];

/** The look of a series: from the seventh on, colours repeat with other dashes and markers. */
export function lookOf(style: number): SeriesLook {
  const round = Math.floor(style / seriesLooks.length);
  const { light, dark } = seriesLooks[style % seriesLooks.length];
  const { dash, marker } = seriesLooks[(style + 2 * round) % seriesLooks.length];
  return { light, dark, dash, marker };
}

/** Where colours and the font of a figure come from: the page's CSS variables, or fixed values for paper. */
export interface Theme {
  readonly font: string;
  /** the width of its letters, 1 for a broad sans-serif; used to place labels */
  readonly letterWidth: number;
  colour(role: Role): string;
}

/** For HTML: one SVG serves light and dark. */
export const pageTheme: Theme = { font: "inherit", letterWidth: 1, colour: (role) => `var(--${role})` };

const paper: Record<Exclude<Role, `series${number}`>, string> = {
  text: "#1b1b1b",
  muted: "#5a5a5a",
  grid: "#dedede",
  background: "#ffffff",
};

function fixedColour(role: Role): string {
  return role.startsWith("series")
    ? lookOf(Number(role.slice("series".length))).light
    : paper[role as keyof typeof paper];
}

/** For the PDF, in its text font, which the PDF compiler carries and embeds. */
export const printTheme: Theme = { font: "Libertinus Serif", letterWidth: 0.84, colour: fixedColour };

/** For notebooks and separate files, whose background is unknown: light, on white. */
export const standaloneTheme: Theme = {
  font: "system-ui, Helvetica, Arial, sans-serif",
  letterWidth: 1,
  colour: fixedColour,
};

/** The CSS variables that `pageTheme` reads. */
export function themeVariables(mode: "light" | "dark"): string {
  const base: Record<keyof typeof paper, string> =
    mode === "light"
      ? { ...paper, background: "#fdfdfb" }
      : { text: "#e9e7e2", muted: "#a9a69f", grid: "#3a3a38", background: "#171716" };
  const series = seriesLooks.map((look, i) => `--series${i}:${look[mode]}`);
  return [...Object.entries(base).map(([name, value]) => `--${name}:${value}`), ...series].join(";");
}
