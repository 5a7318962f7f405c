import type { StudentStep, StudentTrainingData, StudentTrainingSettings } from "./trainStudent.ts";
import type { Problem, Reply, Request } from "./wire.ts";

// A student's code runs isolated: in a process of the command, or in a worker of a page. These types are common to both.

/** Trains TinyNet with the project's files. */
export interface TrainRequest {
  readonly kind: "train";
  readonly data: StudentTrainingData;
  readonly settings: StudentTrainingSettings;
}

/** Messages of a process or worker with a student's code. */
export type FromRunner =
  | { readonly kind: "ready" }
  /** what the student's code printed */
  | { readonly kind: "output"; readonly text: string }
  /** the progress of the training */
  | { readonly kind: "step"; readonly step: StudentStep }
  | { readonly kind: "reply"; readonly reply: Reply };

export interface RunnerOptions {
  /** how long one call may take, loading included (default 1.5) */
  readonly callSeconds?: number;
  /** gets what the student's code prints; unchecked text, some kilobytes for each call */
  readonly onOutput?: (text: string) => void;
  /** for a training: products of matrices by the fast kernels (default false) */
  readonly training?: boolean;
  /** gets the progress of the training */
  readonly onStep?: (step: StudentStep) => void;
}

/** Runs the code of one project. After it has ended, every request returns the reason. */
export interface StudentRunner {
  /** why it has ended, if it has */
  readonly problem: Problem | undefined;
  /** Asks the student's code, one request after the other. Throws HandgradError if no code can be run. */
  send(request: Request | TrainRequest): Promise<Reply>;
  /** Ends it; requests after that are answered with a problem. */
  close(): void;
}

/** Starts a runner for the files of a project, by their paths in it, such as "linear.ts". */
export type StartRunner = (files: ReadonlyMap<string, string>, options: RunnerOptions) => StudentRunner;

/** The problem for a call that takes too long. */
export const noAnswer = (seconds: number): Problem => ({
  kind: "timeout",
  message: `no answer after ${seconds} s: an endless loop, or far too slow`,
});

export const waitsForever: Problem = { kind: "timeout", message: "it waits for a promise that nothing resolves" };
export const notAnAnswer = "the process sent something that is not an answer";
