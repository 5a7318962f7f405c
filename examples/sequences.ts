// Symbols in a row: which bracket must be closed next? A transformer with causal attention answers at every position.
import { datasetOf, evaluate, fit, makeNetwork, RandomState, Tensor, transformerLayers } from "handgrad";

const brackets = ["(", ")", "[", "]"];
const length = 12;

/** Random brackets that fit, and after each the one that closes the innermost open pair: 0 none, 1 round, 2 square. */
function sequences(rows: number, random: RandomState) {
  const inputs: number[][] = [];
  const labels: number[][] = [];
  for (let row = 0; row < rows; row++) {
    const open: number[] = []; // the correct answer is the top of this stack
    const [symbols, answers]: [number[], number[]] = [[], []];
    while (symbols.length < length) {
      if (open.length > 0 && random.randomSample() < 0.5) symbols.push(2 * (open.pop() as number) + 1);
      else {
        open.push(random.randint(0, 2));
        symbols.push(2 * (open.at(-1) as number));
      }
      answers.push(open.length === 0 ? 0 : (open.at(-1) as number) + 1);
    }
    inputs.push(symbols);
    labels.push(answers);
  }
  return datasetOf({ inputs, labels, labelNames: ["none", "round", "square"] });
}

const random = new RandomState(1);
const [train, validation] = [sequences(2000, random), sequences(500, random)];
const layers = transformerLayers({ symbols: 4, width: 32, depth: 2, heads: 2, causal: true, classes: 3 });
const network = makeNetwork({ inputShape: [length], layers }, { random });

const optimizer = { kind: "adam", learningRate: 0.003 } as const;
await fit({ network, train, validation, random, optimizer, schedule: { kind: "cosine" }, batchSize: 50, epochs: 6 });
const { score } = await evaluate(network, validation);
console.log(`right at ${(100 * score).toFixed(1)} % of all positions`);

// The same parameters take shorter texts: the first five symbols alone.
const text = "([()]";
const x = new Tensor(
  [1, text.length],
  Float32Array.from(text, (symbol) => brackets.indexOf(symbol)),
);
const logits = network.forward(x);
const last = [...logits.data.slice(-3)];
console.log(`${text} needs ${["nothing", ")", "]"][last.indexOf(Math.max(...last))]} next`);
