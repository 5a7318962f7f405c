import type { Submissions } from "../support.ts";

const solution = `import { map, type NdArray, zeros } from "./array.ts";

interface Statistics {
  mean: NdArray;
  deviation: NdArray;
}

export function channelStatistics(images: NdArray): Statistics {
  const channels = images.shape[3];
  const n = images.size / channels;
  const mean = zeros(channels);
  for (let i = 0; i < images.size; i++) mean.data[i % channels] += images.data[i] / n;
  const variance = zeros(channels);
  for (let i = 0; i < images.size; i++) variance.data[i % channels] += (images.data[i] - mean.data[i % channels]) ** 2 / n;
  return { mean, deviation: map(variance, Math.sqrt) };
}

export function standardize(images: NdArray, { mean, deviation }: Statistics): NdArray {
  const channels = mean.size;
  return map(images, (value, i) => (value - mean.data[i % channels]) / deviation.data[i % channels]);
}
`;

const withMoments = `import { NdArray } from "./array.ts";

export function channelStatistics(images) {
  const [count, height, width, channels] = images.shape;
  const n = count * height * width;
  const mean = [];
  const deviation = [];
  for (let c = 0; c < channels; c++) {
    const values = images.data.filter((_, i) => i % channels === c);
    const average = values.reduce((sum, value) => sum + value, 0) / n;
    mean.push(average);
    deviation.push(Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / n - average * average));
  }
  return { mean: new NdArray([channels], mean), deviation: new NdArray([channels], deviation) };
}

export function standardize(images, statistics) {
  const result = new NdArray(images.shape);
  const channels = images.shape.at(-1);
  for (let c = 0; c < channels; c++) {
    const scale = 1 / statistics.deviation.data[c];
    for (let i = c; i < result.size; i += channels) result.data[i] = images.data[i] * scale - statistics.mean.data[c] * scale;
  }
  return result;
}
`;

const result = "(value - mean.data[i % channels]) / deviation.data[i % channels]";

export const standardize: Submissions = {
  id: "standardize",
  solution,
  styles: [withMoments],
  mistakes: [
    { name: "sample deviation", causes: ["sample-deviation"], change: [["** 2 / n;", "** 2 / (n - 1);"]] },
    { name: "the variance", causes: ["missing-root"], change: [["map(variance, Math.sqrt)", "variance"]] },
    { name: "no division of the sum", causes: ["missing-1/N"], change: [["** 2 / n;", "** 2;"]] },
    {
      name: "no division of the mean",
      causes: ["missing-1/N"],
      change: [["+= images.data[i] / n;", "+= images.data[i];"]],
    },
    {
      name: "the mean over the images only",
      causes: ["missing-1/N", "factor"],
      change: [["+= images.data[i] / n;", "+= images.data[i] / images.shape[0];"]],
    },
    {
      name: "squares of x",
      causes: ["missing-mean"],
      change: [["(images.data[i] - mean.data[i % channels]) ** 2", "images.data[i] ** 2"]],
    },
    {
      name: "all channels together",
      causes: ["wrong-axis"],
      change: [["const channels = images.shape[3];", "const channels = 1;"]],
    },
    {
      name: "channels first",
      causes: ["wrong-layout"],
      change: [
        [
          "mean.data[i % channels] += images",
          "mean.data[Math.floor(i / (images.shape[1] * images.shape[2])) % channels] += images",
        ],
      ],
    },
    {
      name: "statistics of the other images",
      causes: ["other-data"],
      change: [
        [
          "const channels = mean.size;",
          "({ mean, deviation } = channelStatistics(images));\n  const channels = mean.size;",
        ],
      ],
    },
    { name: "no mean", causes: ["missing-mean"], change: [[result, "value / deviation.data[i % channels]"]] },
    {
      name: "no brackets",
      causes: ["order", "precedence"],
      change: [[result, "value - mean.data[i % channels] / deviation.data[i % channels]"]],
    },
    {
      name: "exchanged",
      causes: ["exchanged"],
      change: [["{ mean, deviation }: Statistics", "{ mean: deviation, deviation: mean }: Statistics"]],
    },
    {
      name: "the images are changed",
      causes: ["input-modified"],
      change: [
        [
          `return map(images, (value, i) => ${result});`,
          `images.data.forEach((value, i) => { images.data[i] = ${result}; });\n  return images;`,
        ],
      ],
    },
    {
      name: "n − 1 in mean",
      causes: ["sample-mean"],
      change: [["+= images.data[i] / n;", "+= images.data[i] / (n - 1);"]],
    },

    {
      name: "a small number in the divisor",
      causes: ["epsilon"],
      change: [["/ deviation.data[i % channels]", "/ (deviation.data[i % channels] + 1e-5)"]],
    },
  ],
};
