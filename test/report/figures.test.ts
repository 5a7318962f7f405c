import { inflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import type { Figure, LinesFigure } from "../../src/report/figures/figure.ts";
import { figureSvg } from "../../src/report/figures/figureSvg.ts";
import { spreadLabels } from "../../src/report/figures/labels.ts";
import { decodeBase64, encodeBase64, encodePng } from "../../src/report/figures/png.ts";
import { makeScale } from "../../src/report/figures/scale.ts";
import { lookOf, pageTheme, printTheme, standaloneTheme } from "../../src/report/figures/theme.ts";
import { niceTicks, powerLabel, tickLabels } from "../../src/report/figures/ticks.ts";
import {
  decimals,
  formatCount,
  formatNumber,
  formatSetting,
  listOf,
  percent,
  signedNumber,
} from "../../src/report/format.ts";
import fc from "../properties.ts";

describe("labels at the ends of lines", () => {
  test("keep their distance, their order and their bounds, and move no further than they must", () => {
    const heights = fc.array(fc.double({ min: 0, max: 300, noNaN: true }), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(heights, (wanted) => {
        const placed = spreadLabels(
          wanted.map((y) => ({ y })),
          16,
          0,
          300,
        );
        const order = wanted.map((_, i) => i).sort((a, b) => wanted[a] - wanted[b] || a - b);
        const sorted = order.map((i) => placed[i]);
        for (let i = 1; i < sorted.length; i++) expect(sorted[i] - sorted[i - 1]).toBeGreaterThanOrEqual(16 - 1e-6);
        expect(Math.min(...placed)).toBeGreaterThanOrEqual(-1e-6);
        expect(Math.max(...placed)).toBeLessThanOrEqual(300 + 1e-6);
      }),
    );
    expect(spreadLabels([{ y: 50 }, { y: 100 }, { y: 20 }], 16, 0, 300)).toEqual([50, 100, 20]);
    expect(spreadLabels([{ y: 100 }, { y: 100 }], 16, 0, 300)).toEqual([92, 108]);
  });
});

describe("axes", () => {
  test.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [14.2, 44.9, 3, [20, 30, 40]],
    [-0.17, 4, 4, [0, 1, 2, 3, 4]],
    [1.9, 3.3, 3, [2, 2.5, 3]],
  ])("round ticks in %d … %d", (low, high, count, expected) => {
    expect(niceTicks(low, high, count)).toEqual(expected);
  });

  test("labels have the decimals of the step, and real minus signs", () => {
    expect(tickLabels([-1, -0.5, 0, 0.5])).toEqual(["−1.0", "−0.5", "0.0", "0.5"]);
    expect(tickLabels([0, 5000, 10000])).toEqual(["0", "5k", "10k"]);
    expect(powerLabel(1e-3)).toBe("10⁻³");
  });

  test("a logarithmic axis puts powers of ten at equal distances", () => {
    const { project, ticks } = makeScale({ title: "", scale: "log" }, [1e-4, 1], [0, 400]);
    expect(ticks.map(({ label }) => label)).toEqual(["10⁻⁴", "10⁻³", "10⁻²", "10⁻¹", "10⁰"]);
    expect(project(1e-2)).toBeCloseTo(200, 9);
  });

  test("values that are all equal still have an axis", () => {
    const { project } = makeScale({ title: "" }, [3, 3], [100, 0]);
    expect(project(3)).toBeCloseTo(50, 9);
  });
});

test("numbers in their usual form", () => {
  expect(formatNumber(4.02601593296122e-9)).toBe("4.03·10⁻⁹");
  expect(formatNumber(-0.75)).toBe("−0.75");
  expect(formatNumber(58.0001, 4)).toBe("58.00");
  expect(formatNumber(0)).toBe("0");
  expect(formatSetting(0.0001)).toBe("0.0001");
  expect(formatSetting(1e-6)).toBe("10⁻⁶");
  expect(formatCount(1234567)).toBe("1,234,567");
  expect(percent(0.31125)).toBe("31.13\u00a0%".replace("31.13", (31.125).toFixed(2)));
  expect(listOf(["a", "b", "c"])).toBe("a, b and c");
});

test("a PNG holds the pixels that went in", () => {
  const rgb = Uint8Array.from({ length: 5 * 4 * 3 }, (_, i) => (i * 37) & 255);
  const png = encodePng(rgb, 5, 4);
  const view = new DataView(png.buffer);
  expect([view.getUint32(16), view.getUint32(20)]).toEqual([5, 4]);
  const length = view.getUint32(33);
  const rows = inflateSync(png.subarray(41, 41 + length)); // checks Adler-32
  for (let y = 0; y < 4; y++) {
    expect(rows[y * 16]).toBe(0);
    expect([...rows.subarray(y * 16 + 1, (y + 1) * 16)]).toEqual([...rgb.subarray(y * 15, (y + 1) * 15)]);
  }
  expect([...decodeBase64(encodeBase64(png))]).toEqual([...png]);
});

test("twelve series look different from each other in dash and marker or colour", () => {
  const looks = Array.from({ length: 12 }, (_, i) => lookOf(i)).map(({ light, dash, marker }) => light + dash + marker);
  expect(new Set(looks).size).toBe(12);
});

describe("a drawing", () => {
  const figure: LinesFigure = {
    kind: "lines",
    id: "f",
    caption: "c",
    description: 'less < "more"',
    panels: [
      {
        x: { title: "epoch", scale: "whole" },
        y: { title: "accuracy (%)" },
        series: [0, 1].map((style) => ({
          name: `run <${style}>`,
          style,
          points: [
            [1, -10 + style],
            [2, 20],
            [3, 30],
          ],
        })),
      },
    ],
  };

  test("is well formed, and equal each time", () => {
    for (const theme of [pageTheme, printTheme, standaloneTheme]) {
      for (const size of ["wide", "narrow", "print"] as const) {
        const svg = figureSvg(figure, theme, { size });
        expect(svg).toBe(figureSvg(figure, theme, { size }));
        expect(svg).toContain("run &lt;1&gt;");
        expect(svg).not.toMatch(/NaN|undefined|Infinity/);
        expect((svg.match(/<(?!\/)[a-z]+[^>]*[^/]>/g) ?? []).length).toBe((svg.match(/<\/[a-z]+>/g) ?? []).length);
      }
    }
  });

  test("takes its colours from the page, or has them fixed", () => {
    expect(figureSvg(figure, pageTheme)).toContain("var(--series1)");
    expect(figureSvg(figure, printTheme)).not.toContain("var(");
  });

  test("an empty confusion matrix and no images are drawn, too", () => {
    const empty: Figure[] = [
      {
        kind: "confusion",
        id: "a",
        caption: "",
        description: "",
        labels: ["x", "y"],
        counts: [
          [0, 0],
          [0, 0],
        ],
      },
      { kind: "images", id: "b", caption: "", description: "", tiles: [], columns: { wide: 4, narrow: 2 } },
    ];
    for (const one of empty) expect(figureSvg(one, pageTheme)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test("numbers with fixed decimals have minus signs, and no zero has one", () => {
  expect([-0.0004, -0.0006, 0, 0.25].map((value) => decimals(value, 3))).toEqual(["0.000", "−0.001", "0.000", "0.250"]);
  expect(["-3.5", "-1e-7", "4", "", "-", "a-b", "-x"].map(signedNumber)).toEqual([
    "−3.5",
    "−1e-7",
    "4",
    "",
    "-",
    "a-b",
    "-x",
  ]);
});

test("a confusion matrix of 100 classes has an element for each shade, not for each of 10,000 cells", () => {
  const counts = Array.from({ length: 100 }, (_, i) =>
    Array.from({ length: 100 }, (_, j) => (i === j ? 60 : (i + j) % 3)),
  );
  const labels = counts.map((_, i) => `class ${i}`);
  const svg = figureSvg({ kind: "confusion", id: "", caption: "", description: "", labels, counts }, pageTheme, {
    size: "wide",
  });
  expect(svg.length).toBeLessThan(150_000);
  const filled = [...svg.matchAll(/ d="([^"]*)"/g)].flatMap(([, d]) => d.match(/M\d+ \d+h1v1h-1z/g) ?? []);
  expect(filled.sort()).toEqual(
    counts.flatMap((row, i) => row.flatMap((count, j) => (count > 0 ? [`M${j} ${i}h1v1h-1z`] : []))).sort(),
  );
});
