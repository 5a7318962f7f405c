import type { Parameter } from "../tensor/parameter.ts";
import { checkRange, checkTrainable, type Optimizer, type Trainable } from "./optimizer.ts";

/** A network with a list of its parameters. */
export interface WithParameters extends Trainable {
  /** in the order of `values` */
  readonly parameters: readonly Parameter[];
}

export interface GroupOptions {
  /** the parameters with weight decay: all, or only weights, which have two dimensions or more */
  readonly decayed?: "all" | "weights" | undefined;
  /** the learning rate of biases (parameters called b), as a multiple of that of the others */
  readonly biasRate?: number | undefined;
}

/**
 * Neighbouring parameters with the same treatment.
 * @inline
 */
interface Group {
  readonly decays: boolean;
  readonly rate: number;
  from: number;
  to: number;
  readonly parameters: Parameter[];
}

/**
 * An optimizer with other settings for some parameters: `create` makes one for each run of neighbouring parameters of a kind, without weight decay
 * if `decays` is false. Weight decay is useless for normalizations and biases, and biases of normalizations allow larger steps (Jordan 2024,
 * arXiv:2404.00498). Throws SettingsError for a rate below 0.
 */
export class GroupedOptimizer implements Optimizer {
  readonly kind: string;
  readonly network: WithParameters;
  learningRate: number;
  private readonly parts: readonly { readonly rate: number; readonly optimizer: Optimizer }[];

  constructor(
    network: WithParameters,
    { decayed = "all", biasRate = 1 }: GroupOptions,
    create: (part: WithParameters, options: { readonly decays: boolean }) => Optimizer,
  ) {
    this.network = checkTrainable("GroupedOptimizer", network);
    checkRange("biasRate", biasRate, 0);
    const { values, gradients, workspace } = network;
    this.parts = groupsOf(network.parameters, { decayed, biasRate }).map(({ from, to, rate, decays, parameters }) => {
      const part = {
        values: values.subarray(from, to),
        gradients: gradients.subarray(from, to),
        workspace,
        parameters,
      };
      return { rate, optimizer: create(part, { decays }) };
    });
    const [{ optimizer }] = this.parts;
    this.kind = optimizer.kind;
    this.learningRate = optimizer.learningRate;
  }

  step(): void {
    for (const { rate, optimizer } of this.parts) {
      optimizer.learningRate = rate * this.learningRate;
      optimizer.step();
    }
  }

  state(): ReturnType<Optimizer["state"]> {
    const states = this.parts.map(({ optimizer }) => optimizer.state());
    const buffers = states.flatMap(({ buffers }, i) =>
      Object.entries(buffers).map(([name, data]) => [`${name}${i}`, data] as const),
    );
    return { step: states[0].step, buffers: Object.fromEntries(buffers) };
  }

  restore({ step, buffers }: ReturnType<Optimizer["state"]>): void {
    this.parts.forEach(({ optimizer }, i) => {
      const names = Object.keys(optimizer.state().buffers);
      optimizer.restore({ step, buffers: Object.fromEntries(names.map((name) => [name, buffers[`${name}${i}`]])) });
    });
  }
}

function groupsOf(
  parameters: readonly Parameter[],
  { decayed, biasRate }: { readonly decayed: "all" | "weights"; readonly biasRate: number },
): Group[] {
  const groups: Group[] = [];
  let from = 0;
  for (const parameter of parameters) {
    const { key, value } = parameter;
    const decays = decayed === "all" || value.shape.length > 1;
    const rate = key === "b" ? biasRate : 1;
    const to = from + value.size;
    const last = groups.at(-1);
    if (last?.decays === decays && last.rate === rate) {
      last.parameters.push(parameter);
      last.to = to;
    } else groups.push({ decays, rate, from, to, parameters: [parameter] });
    from = to;
  }
  return groups.length > 0 ? groups : [{ decays: true, rate: 1, from: 0, to: 0, parameters: [] }];
}
