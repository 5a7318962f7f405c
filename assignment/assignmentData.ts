/** NumPy's linspace(first, last, size).reshape(shape), and transposed if it is marked so. */
export interface Linspace {
  readonly linspace: readonly [number, number];
  readonly shape: readonly number[];
  readonly then?: "transposed";
}

export type Matrix = number[][];

/** The content of reference/checks.json: inputs, expected values and printed differences of the assignment. */
export interface AssignmentData {
  readonly fc_forward: {
    readonly x: Linspace;
    readonly w: Linspace;
    readonly b: Linspace;
    readonly expected: Matrix;
    readonly difference: number;
  };
  readonly gelu_forward: { readonly x: Linspace; readonly expected: Matrix; readonly difference: number };
  readonly small_network: {
    readonly seed: number;
    readonly init_std: number;
    readonly w1: Linspace;
    readonly b1: Linspace;
    readonly w2: Linspace;
    readonly b2: Linspace;
    readonly feats: Linspace;
    readonly expected_scores: Matrix;
    readonly scores_tolerance_sum_abs: number;
    readonly labels: readonly number[];
    readonly expected_loss: number;
    readonly loss_tolerance: number;
    readonly gradient_errors: Readonly<Record<string, number>>;
  };
  readonly sgd_step: {
    readonly w: Linspace;
    readonly dw: Linspace;
    readonly learning_rate: number;
    readonly weight_decay: number;
    readonly expected: Matrix;
    readonly difference: number;
  };
  readonly adam_step: {
    readonly w: Linspace;
    readonly dw: Linspace;
    readonly m: Linspace;
    readonly v: Linspace;
    readonly learning_rate: number;
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly t_before: number;
    readonly expected_w: Matrix;
    readonly expected_m: Matrix;
    readonly expected_v: Matrix;
    readonly differences: Readonly<Record<string, number>>;
  };
  readonly dropout_forward: {
    readonly keep_prob: readonly number[];
    readonly fraction_zero_training: readonly number[];
    readonly fraction_zero_evaluation: readonly number[];
    readonly mean_of_input: number;
    readonly mean_of_output_training: readonly number[];
    readonly mean_of_output_evaluation: readonly number[];
  };
  readonly gradient_checks: {
    readonly fc: {
      readonly inp: readonly number[];
      readonly w: readonly number[];
      readonly dout: readonly number[];
      readonly dx: number;
      readonly dw: number;
      readonly db: number;
    };
    readonly gelu: { readonly shape: readonly number[]; readonly dx: number };
    readonly dropout: { readonly shape: readonly number[]; readonly keep_prob: number; readonly dx: number };
    readonly fc_gelu: {
      readonly x: readonly number[];
      readonly w: readonly number[];
      readonly dx: number;
      readonly dw: number;
      readonly db: number;
    };
    readonly cross_entropy: {
      readonly classes: number;
      readonly inputs: number;
      readonly scale: number;
      readonly loss: number;
      readonly dx: number;
    };
    readonly dropout_net: {
      readonly N: number;
      readonly D: number;
      readonly C: number;
      readonly keep_prob: readonly number[];
      readonly bound: number;
      readonly seed: number;
      /** by keep probability, then by parameter */
      readonly errors: Readonly<Record<string, Readonly<Record<string, number>>>>;
    };
  };
  /** shapes that the assignment printed, and the number of label names */
  readonly data: Readonly<Record<"data_train" | "data_val" | "data_test", readonly number[]>> & {
    readonly label_names: number;
  };
  readonly tinynet: {
    readonly parameters: Readonly<Record<string, readonly number[]>>;
    readonly parameter_order: readonly string[];
    readonly first_loss: number;
    /** with the parameters of the last epoch */
    readonly validation_accuracy: number;
    readonly test_accuracy: number;
  };
}
