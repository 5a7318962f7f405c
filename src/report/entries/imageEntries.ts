import type { Window2d } from "../../kernels/imageKernels.ts";
import { forEachPixel, poolDivisors } from "../../kernels/scalarImagesForward.ts";
import type { Conv2d } from "../../layers/conv2d.ts";
import type { AveragePool2d, MaxPool2d } from "../../layers/pool2d.ts";
import { indexOfPlace } from "../../tensor/places.ts";
import type { TracedLayer } from "../../training/traceStep.ts";
import { entryLine, type LayerEntries, range, readers, total } from "./entryFormula.ts";
import { call, type Expression, number, product, quotient, sum } from "./expression.ts";

/** A pixel of an image in a window: (u, v) is seen by the output (i, j) at the place (p, q) of its window. */
interface Meeting {
  readonly output: readonly [i: number, j: number];
  readonly pixel: readonly [u: number, v: number];
  readonly place: readonly [p: number, q: number];
}

/** All of one image, in the order of outputs, then of places. */
function meetings(window: Window2d): Meeting[] {
  const found: Meeting[] = [];
  const pair = (place: number, sides: readonly number[]) => indexOfPlace(place, sides) as [number, number];
  forEachPixel({ ...window, batch: 1 }, (output, pixel, place) => {
    found.push({
      output: pair(output, window.output),
      pixel: pair(pixel, window.input),
      place: pair(place, window.kernel),
    });
  });
  return found;
}

const meet = (of: readonly [number, number], [a, b]: readonly number[]): boolean => of[0] === a && of[1] === b;

/** Which channels belong to a group. */
function groupsOf(of: TracedLayer) {
  const layer = of.layer as Conv2d;
  const window = layer.windows(of.x.shape);
  const [inputs, outputs] = [window.channels / window.groups, window.outputs / window.groups];
  return {
    window,
    hasBias: layer.b !== undefined,
    /** the first channel of x that an output channel sees; w counts from there */
    firstInput: (o: number) => Math.floor(o / outputs) * inputs,
    /** the output channels that see a channel of x */
    outputsOf: (c: number) => range(outputs).map((o) => Math.floor(c / inputs) * outputs + o),
    inputs,
  };
}

export const conv2dEntries: LayerEntries = {
  y: (of, [n, i, j, o]) => {
    const { x, y, of: key } = readers(of);
    const { window, hasBias, firstInput, inputs } = groupsOf(of);
    const terms = meetings(window)
      .filter(({ output }) => meet(output, [i, j]))
      .flatMap(({ pixel, place }) =>
        range(inputs).map((c) => product(x(n, ...pixel, firstInput(o) + c), key("w")(...place, c, o))),
      );
    const bias = hasBias ? [key("b")(o)] : [];
    return [
      entryLine(
        y(n, i, j, o),
        total([...terms, ...bias], (term) => term),
      ),
    ];
  },
  dx: (of, [n, u, v, c]) => {
    const { dx, dy, of: key } = readers(of);
    const { window, firstInput, outputsOf } = groupsOf(of);
    const terms = meetings(window)
      .filter(({ pixel }) => meet(pixel, [u, v]))
      .flatMap(({ output, place }) =>
        outputsOf(c).map((o) => product(dy(n, ...output, o), key("w")(...place, c - firstInput(o), o))),
      );
    return [
      entryLine(
        dx(n, u, v, c),
        total(terms, (term) => term),
      ),
    ];
  },
  parameters: {
    w: (of, [p, q, c, o]) => {
      const { x, dy, gradient } = readers(of);
      const { window, firstInput } = groupsOf(of);
      const own = meetings(window).filter(({ place }) => meet(place, [p, q]));
      const terms = range(window.batch).flatMap((n) =>
        own.map(({ output, pixel }) => product(x(n, ...pixel, firstInput(o) + c), dy(n, ...output, o))),
      );
      return [
        entryLine(
          gradient("w")(p, q, c, o),
          total(terms, (term) => term),
        ),
      ];
    },
    b: (of, [o]) => {
      const { dy, gradient } = readers(of);
      const [batch, height, width] = of.y.shape;
      const terms = range(batch * height * width).map((place) => dy(...indexOfPlace(place, [batch, height, width]), o));
      return [entryLine(gradient("b")(o), sum(...terms))];
    },
  },
};

const pixelsOf = (window: Window2d, i: number, j: number): Meeting[] =>
  meetings(window).filter(({ output }) => meet(output, [i, j]));

export const maxPool2dEntries: LayerEntries = {
  y: (of, [n, i, j, c]) => {
    const { x, y } = readers(of);
    const window = (of.layer as MaxPool2d).windows(of.x.shape);
    const pixels = pixelsOf(window, i, j).map(({ pixel }) => x(n, ...pixel, c));
    return [entryLine(y(n, i, j, c), call("max", ...pixels))];
  },
  // The first of the largest pixels of a window gets its gradient
  dx: (of, [n, u, v, c]) => {
    const { x, dx, dy } = readers(of);
    const window = (of.layer as MaxPool2d).windows(of.x.shape);
    const all = meetings(window);
    const isChosen = ({ output }: Meeting): boolean => {
      const pixels = all.filter((each) => meet(each.output, output));
      const values = pixels.map(({ pixel }) => x(n, ...pixel, c).value);
      return meet(pixels[values.indexOf(Math.max(...values))].pixel, [u, v]);
    };
    const own = all.filter(({ pixel }) => meet(pixel, [u, v]));
    return [
      entryLine(
        dx(n, u, v, c),
        total(own.filter(isChosen), ({ output }) => dy(n, ...output, c)),
      ),
    ];
  },
};

export const averagePool2dEntries: LayerEntries = {
  y: (of, [n, i, j, c]) => {
    const { x, y } = readers(of);
    const { window, divisor } = averages(of);
    const pixels = pixelsOf(window, i, j).map(({ pixel }) => x(n, ...pixel, c));
    return [entryLine(y(n, i, j, c), quotient(sum(...pixels), divisor(i, j)))];
  },
  dx: (of, [n, u, v, c]) => {
    const { dx, dy } = readers(of);
    const { window, divisor } = averages(of);
    const own = meetings(window).filter(({ pixel }) => meet(pixel, [u, v]));
    const term = ({ output }: Meeting): Expression => quotient(dy(n, ...output, c), divisor(...output));
    return [entryLine(dx(n, u, v, c), total(own, term))];
  },
};

function averages(of: TracedLayer) {
  const layer = of.layer as AveragePool2d;
  const window = layer.windows(of.x.shape);
  const divisors = poolDivisors(window, layer.countPadding);
  return { window, divisor: (i: number, j: number) => number(divisors(i * window.output[1] + j)) };
}

/** The mean over all places between the batch and the channels: pixels, or tokens */
export const globalPoolEntries: LayerEntries = {
  y: (of, [n, c]) => {
    const { x, y } = readers(of);
    const places = of.x.shape.slice(1, -1);
    const count = places.reduce((size, length) => size * length, 1);
    const terms = range(count).map((place) => x(n, ...indexOfPlace(place, places), c));
    return [entryLine(y(n, c), quotient(sum(...terms), number(count)))];
  },
  dx: (of, [n, ...rest]) => {
    const { dx, dy } = readers(of);
    const count = of.x.shape.slice(1, -1).reduce((size, length) => size * length, 1);
    return [entryLine(dx(n, ...rest), quotient(dy(n, rest.at(-1) as number), number(count)))];
  },
};
