import type { Section } from "../../src/report/document.ts";
import { readableName } from "../../src/report/figures/confusion.ts";
import { formatNumber, listOf } from "../../src/report/format.ts";
import { markup, tex } from "../../src/report/markup.ts";
import { formatShape } from "../../src/tensor/tensor.ts";
import { checksTable, figure, formula, question, task, text } from "./blocks.ts";
import { problem1Figures } from "./figures.ts";
import type { Problem1Results } from "./results.ts";

export function dataSection({ data }: Problem1Results): Section {
  const channels = ["red", "green", "blue"];
  const { train, validation, test } = data.images;
  const parts = [
    ["training images", train],
    ["validation images", validation],
    ...(test === undefined ? [] : [["test images", test] as const]),
  ] as const;
  return {
    id: "data",
    title: "Images and their normalization",
    blocks: [
      task("Load the images, split them into training and validation parts, and normalize each channel."),
      formula(tex`x \leftarrow \frac{\text{byte} / 255 - \mu_c}{\sigma_c}`),
      {
        kind: "table",
        columns: [{ title: "array" }, { title: "shape", align: "right" }],
        rows: [
          ...parts.map(([name, images]) => [name, formatShape([images, ...data.inputShape])]),
          ["mean image", formatShape([1, 1, 1, data.inputShape[2]])],
          ["deviation image", formatShape([1, 1, 1, data.inputShape[2]])],
        ],
      },
      text(`The ${data.labelNames.length} labels: ${data.labelNames.map(readableName).join(", ")}.`),
      text("Mean and deviation are those of the training images alone, for each channel."),
      {
        kind: "table",
        columns: [
          { title: "channel" },
          { title: markup`mean $\mu$, measured`, align: "right" },
          { title: "used", align: "right" },
          { title: markup`deviation $\sigma$, measured`, align: "right" },
          { title: "used", align: "right" },
        ],
        rows: channels.map((name, i) => [
          name,
          data.measured.mean[i].toFixed(7),
          data.used.mean[i].toFixed(7),
          data.measured.deviation[i].toFixed(7),
          data.used.deviation[i].toFixed(7),
        ]),
      },
      ...(data.standIn
        ? []
        : [
            text(
              "The two differ in the sixth digit because NumPy adds millions of float32 numbers in float32. The measured values are exact; the runs use NumPy’s, so that they repeat the published ones to the digit.",
            ),
          ]),
      question(
        "Why subtract the mean and divide by the standard deviation?",
        "With centred inputs of size 1, the first layer’s outputs have the size that its initialization assumes, and the loss is about equally curved in all directions. With one learning rate for all weights, a channel with a larger spread would get larger gradients and take larger steps than the others. Without centring, all inputs of a unit are positive, so the gradients of its weights share one sign for each image, and the steps zigzag.",
        "The deviation is better than the range, because it measures the spread of typical pixels and does not depend on a single brightest or darkest one. Mean and deviation come from the training images only, so that no information about validation and test images leaks into training; those images are normalized with the same numbers.",
      ),
    ],
  };
}

export function layerSections(results: Problem1Results): Section[] {
  const checks = (prefix: string) => checksTable(results, (section) => section.startsWith(prefix));
  const ps = listOf(["0", "0.25", "0.5", "0.75", "1"]);
  return [
    {
      id: "fc-forward",
      title: "Fully connected layer: forward",
      blocks: [
        task("Compute the output of a fully connected layer for inputs of any shape."),
        formula(tex`y = x W + b`),
        text(
          "Run on the assignment’s fixed input, (3, 7, 6, 4) flattened to (3, 168), with 4 outputs. The difference is the rounding of the printed values, so it must be the same.",
        ),
        checks("FC forward"),
      ],
    },
    {
      id: "fc-backward",
      title: "Fully connected layer: backward",
      blocks: [
        task("From the gradient of the loss with respect to the output, compute those of input, weights and biases."),
        formula(tex`dW = x^\top dy, \qquad db = \sum_n dy_n, \qquad dx = dy W^\top`),
        text(
          markup`Compared with central differences on random inputs; the error is $\max \left| a - b \right| / \max(10^{-8}, \left| a \right| + \left| b \right|)$, and must be no larger than what the assignment printed.`,
        ),
        checks("FC backward"),
      ],
    },
    {
      id: "gelu-forward",
      title: "GELU: forward",
      blocks: [
        task("Compute the GELU activation in its tanh approximation."),
        formula(tex`y = \frac{1}{2} x (1 + \tanh u), \qquad u = \sqrt{2 / \pi} \, (x + 0.044715 x^3)`),
        checks("GELU forward"),
        figure(problem1Figures.gelu(results)),
      ],
    },
    {
      id: "gelu-backward",
      title: "GELU: backward",
      blocks: [
        task("Compute the gradient of the input from that of the output."),
        formula(tex`dx = dy \odot \left( \frac{1}{2} (1 + \tanh u) + \frac{1}{2} x (1 - \tanh^2 u) \, u' \right)`),
        checks("GELU backward"),
        geluQuestion(results),
      ],
    },
    {
      id: "dropout-forward",
      title: "Dropout: forward",
      blocks: [
        task(
          `In training, keep each value with probability p and scale kept values by 1/p; in evaluation, change nothing. For p of ${ps}.`,
        ),
        formula(tex`y = x \odot m, \qquad m_i = 1/p \text{ with probability } p, \text{ else } 0`),
        text(
          "The share of zeros must be 1 − p and the mean must stay the same, up to chance (5 standard deviations are allowed): the assignment uses other random numbers, so its digits differ from Handgrad’s. p = 0 and p = 1 both mean no dropout.",
        ),
        checks("dropout forward"),
      ],
    },
    {
      id: "dropout-backward",
      title: "Dropout: backward",
      blocks: [
        task("Compute the gradient of the input with the mask of the forward pass."),
        formula(tex`dx = dy \odot m`),
        checks("dropout backward"),
        question(
          "Why does the gradient check of dropout need the same mask in every evaluation?",
          markup`The backward pass is the derivative of the function that the forward pass computed, and that is $x \odot m$ for one mask $m$. Central differences evaluate the function twice for each element. With a new mask each time, they subtract two different functions: where the masks differ, the quotient is of the size $x_i / (2 h p)$, a hundred thousand times too large for $h = 10^{-5}$, and not a gradient.`,
          "So the check starts the random stream again from the same seed before each evaluation, and backward uses the mask of forward. A value that was dropped did not contribute, so its gradient is 0; one that was kept was multiplied by 1/p, and so is its gradient.",
        ),
      ],
    },
    {
      id: "fc-gelu",
      title: "Fully connected layer and GELU",
      blocks: [
        task("Chain both layers and check the gradients of the whole."),
        formula(tex`y = \operatorname{GELU}(x W + b)`),
        checks("FC + GELU"),
      ],
    },
    crossEntropySection(results),
  ];
}

function geluQuestion({ checks: { gelu } }: Problem1Results) {
  const lowest = gelu.value.indexOf(Math.min(...gelu.value));
  const steepest = Math.max(...gelu.derivative);
  const flattest = Math.min(...gelu.derivative);
  const at = (value: number) => formatNumber(gelu.x[gelu.derivative.indexOf(value)], 3);
  return question(
    "What is the gradient of GELU, and how does it differ from that of ReLU?",
    markup`The product rule on $x$ and $\frac{1}{2}(1 + \tanh u)$, and the chain rule with $u' = \sqrt{2 / \pi} (1 + 3 \cdot 0.044715 x^2)$, give the formula above. The backward pass of the approximation is its own exact derivative, not that of $x \Phi(x)$: otherwise the check against differences would fail.`,
    `ReLU’s derivative jumps from 0 to 1, and a unit that is always negative never learns again. GELU’s derivative is smooth: in our layer it falls to ${formatNumber(flattest, 3)} at x = ${at(flattest)} and rises to ${formatNumber(steepest, 3)} at x = ${at(steepest)}; the function has its minimum, ${formatNumber(gelu.value[lowest], 3)}, near x = ${formatNumber(gelu.x[lowest], 3)}. Negative inputs near 0 still pass a gradient; far to the left it vanishes too.`,
  );
}

function crossEntropySection(results: Problem1Results): Section {
  return {
    id: "cross-entropy",
    title: "Softmax and cross-entropy",
    blocks: [
      task("Compute the mean loss of a batch and its gradient, without overflow."),
      formula(
        tex`J = - \frac{1}{N} \sum_n \log p_{n, c_n}, \qquad p_{n j} = \frac{e^{z_{n j} - m_n}}{\sum_k e^{z_{n k} - m_n}}, \qquad dz = \frac{1}{N} (p - Y)`,
      ),
      text(
        markup`Here $m_n$ is the largest logit of a row, $c_n$ its label and $Y$ the one-hot labels. A network with equal probabilities for all classes has the loss $\log C$, and the small random logits of this check nearly do.`,
      ),
      checksTable(results, (section) => section === "cross-entropy"),
    ],
  };
}
