import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { isDark } from "../scheme.ts";
import { dashedBackground, seriesStyle } from "./seriesStyle.ts";

/** One curve: `values[i]` is at `x[i]` of the plot; null where it has none. */
export interface Curve {
  readonly name: string;
  readonly values: readonly (number | null)[];
  /** its colour and its dashes: see `seriesStyle` */
  readonly style: number;
  /** in place of the dashes of its style */
  readonly dash?: readonly number[];
  /** drawn thinner, as a companion of a main curve of the same style */
  readonly thin?: boolean;
}

interface CurvesProps {
  readonly title: string;
  readonly x: readonly number[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly curves: readonly Curve[];
  readonly height?: number;
  readonly logarithmic?: boolean;
  /** the range of the y axis, if it is fixed */
  readonly range?: readonly [number, number];
}

/** Steps and epochs are whole numbers, and so are the positions of their ticks. */
const wholeSteps = Array.from({ length: 10 }, (_, power) => [1, 2, 5].map((digit) => digit * 10 ** power)).flat();

/** Curves that change while they are shown. The newest values are also the text of the plot. */
export function Curves({ title, x, xLabel, yLabel, curves, height = 220, logarithmic = false, range }: CurvesProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | undefined>(undefined);
  const shape = JSON.stringify([
    xLabel,
    yLabel,
    height,
    logarithmic,
    range,
    curves.map(({ name, style, thin }) => [name, style, thin]),
  ]);
  const dark = isDark.value;
  const data = [x, ...curves.map(({ values }) => values)] as uPlot.AlignedData;
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const style = getComputedStyle(element);
    // The canvas knows no CSS variables: an element resolves them
    const probe = element.appendChild(document.createElement("span"));
    const colour = (variable: string) => {
      probe.style.color = `var(${variable})`;
      return getComputedStyle(probe).color;
    };
    const [muted, grid] = [colour("--muted"), colour("--grid")];
    const looks = curves.map(({ style: number, dash, thin }) => {
      const { variable, dash: usual } = seriesStyle(number);
      return { stroke: colour(variable), dash: [...(dash ?? usual)], width: thin ? 1 : 2 };
    });
    const axis = {
      stroke: muted,
      grid: { stroke: grid, width: 1 },
      ticks: { stroke: grid, width: 1 },
      font: `12px ${style.fontFamily}`,
    };
    const options: uPlot.Options = {
      width: element.clientWidth || 300,
      height,
      scales: {
        x: { time: false },
        y: { distr: logarithmic ? 3 : 1, ...(range && { range: [...range] as [number, number] }) },
      },
      axes: [
        { ...axis, label: xLabel, labelSize: 16, labelGap: 0, labelFont: axis.font, size: 30, incrs: wholeSteps },
        { ...axis, label: yLabel, labelSize: 18, labelFont: axis.font, size: 52 },
      ],
      series: [
        { label: xLabel },
        ...curves.map(({ name }, i) => ({
          label: name,
          ...looks[i],
          points: { show: x.length < 3 },
          spanGaps: true,
        })),
      ],
      cursor: { points: { size: 6 } },
      legend: {
        live: false,
        markers: {
          width: 0,
          fill: (_, series) => dashedBackground(looks[series - 1]?.stroke ?? "", looks[series - 1]?.dash ?? []),
        },
      },
    };
    const made = new uPlot(options, data, element);
    probe.remove();
    plot.current = made;
    const observer = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height });
    });
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, dark, x.length < 3]);
  useEffect(() => plot.current?.setData(data));
  const newest = curves.map(({ name, values }) => `${name} ${values.findLast((value) => value !== null) ?? "not yet"}`);
  return (
    <div class="curves" role="img" aria-label={`${title}: ${newest.join(", ")}`}>
      <div ref={place} aria-hidden="true" />
    </div>
  );
}
