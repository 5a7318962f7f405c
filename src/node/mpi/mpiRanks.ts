import { writeSync } from "node:fs";
import { mergeRanks, type Ranks, type Transfer } from "../../kernels/ranks.ts";
import { HandgradError } from "../../tensor/errors.ts";
import type { Numbers } from "../../tensor/tensor.ts";
import type { Mpi } from "./library.ts";
import { Neighbours } from "./neighbours.ts";

/** Messages with the same tag arrive in the order in which they were sent. Transfers may overtake each other, so each has its own tag. */
const tags = { exchange: 1, end: 2, firstTransfer: 16 } as const;

/** MPI uses an int for the number of bytes, so larger arrays are sent in pieces. */
const mostBytes = 2 ** 30;

/** Thrown if another process of the training has ended. The reason is already on standard error. */
export class LostRankError extends HandgradError {
  override name = "LostRankError";
}

/** The number of polls without a pause: some microseconds, in which most messages arrive. */
const eagerTests = 2000;
const pauseMilliseconds = 0.1;

interface Pending {
  readonly request: Uint8Array;
  readonly what: string;
}

/**
 * The processes of one mpiexec. Waiting polls MPI, with short pauses after some microseconds, so that other processes can use the
 * core. Throws HandgradError with rank and step if another process does not answer in time.
 */
export class MpiRanks implements Ranks {
  readonly rank: number;
  readonly size: number;
  private readonly mpi: Mpi;
  private readonly seconds: number;
  private readonly neighbours: Neighbours | undefined;
  /** a file to which the step is written, for the process that watches this one */
  private readonly steps: number | undefined;
  private step: number | undefined;
  private readonly flag = new Int32Array(new ArrayBuffer(4));
  private readonly status = new Uint8Array(new ArrayBuffer(64));
  private readonly pause = new Int32Array(new SharedArrayBuffer(4));

  constructor(mpi: Mpi, { seconds = 300, steps }: { readonly seconds?: number; readonly steps?: number } = {}) {
    this.mpi = mpi;
    this.rank = mpi.rank;
    this.size = mpi.size;
    this.seconds = seconds;
    this.steps = steps;
    this.neighbours = new Neighbours(this);
  }

  /** "MPICH 5.0.2" */
  get version(): string {
    return this.mpi.version;
  }

  atStep(step: number): void {
    this.step = step;
    if (this.steps !== undefined) writeSync(this.steps, String(step), 0);
  }

  swap(partner: number, outgoing: Numbers, incoming: Numbers): void {
    for (const each of this.exchange(partner, outgoing, incoming, tags.exchange)) this.wait(each);
  }

  begin(partner: number, outgoing: Numbers, incoming: Numbers, channel: number): Transfer {
    let pending = this.exchange(partner, outgoing, incoming, tags.firstTransfer + channel);
    const isDone = (): boolean => {
      pending = pending.filter((each) => !this.isDone(each));
      return pending.length === 0;
    };
    const wait = (): void => {
      for (const each of pending) this.wait(each);
      pending = [];
    };
    return { isDone, wait };
  }

  /** Waits until all ranks have made this call. */
  barrier(): void {
    mergeRanks(this, new Float64Array(1), () => {});
  }

  /** Rank 0 signals the others that it is done; they wait without using the processor. */
  async end(): Promise<void> {
    const byte = new Uint8Array(new ArrayBuffer(1));
    if (this.rank === 0) {
      const sent = Array.from({ length: this.size - 1 }, (_, i) => this.send(byte, i + 1, tags.end));
      for (const each of sent) this.wait(each);
    } else {
      const told = this.receive(byte, 0, tags.end);
      while (!this.isDone(told)) await new Promise((done) => setTimeout(done, 20));
    }
    this.mpi.finalize();
  }

  /** Ends all processes. */
  abort(code: number): void {
    this.mpi.abort(code);
  }

  private exchange(partner: number, outgoing: Numbers, incoming: Numbers, tag: number): Pending[] {
    return [
      ...pieces(incoming).map((piece) => this.receive(piece, partner, tag)),
      ...pieces(outgoing).map((piece) => this.send(piece, partner, tag)),
    ];
  }

  private send(piece: Uint8Array, to: number, tag: number): Pending {
    const request = new Uint8Array(new ArrayBuffer(8));
    this.check(this.mpi.isend(piece, to, tag, request), `sending to rank ${to}`);
    return { request, what: `rank ${to} to receive a message` };
  }

  private receive(piece: Uint8Array, from: number, tag: number): Pending {
    const request = new Uint8Array(new ArrayBuffer(8));
    this.check(this.mpi.irecv(piece, from, tag, request), `receiving from rank ${from}`);
    return { request, what: `a message from rank ${from}` };
  }

  private isDone({ request, what }: Pending): boolean {
    this.check(this.mpi.test(request, this.flag, this.status), `waiting for ${what}`);
    return this.flag[0] !== 0;
  }

  private wait(pending: Pending): void {
    for (let tests = 0; tests < eagerTests; tests++) if (this.isDone(pending)) return;
    const deadline = performance.now() + 1000 * this.seconds;
    while (!this.isDone(pending)) {
      const ended = this.neighbours?.findEnded();
      if (ended !== undefined) throw this.lost(`rank ${ended} has ended`);
      if (performance.now() > deadline) throw this.lost(`expected ${pending.what} within ${this.seconds} seconds`);
      Atomics.wait(this.pause, 0, 0, pauseMilliseconds);
    }
  }

  private check(code: number, doing: string): void {
    if (code !== 0) throw this.lost(`${doing} failed with MPI's code ${code}`);
  }

  /** Another rank has ended. mpiexec may end this process at any moment, so the message is written at once. */
  private lost(how: string): LostRankError {
    const place = this.step === undefined ? "" : `, step ${this.step}`;
    const error = new LostRankError(
      `mpi: rank ${this.rank}${place}: ${how}; the training ends, and can be resumed from its last checkpoint`,
    );
    writeSync(process.stderr.fd, `error: ${error.message}\n`);
    return error;
  }
}

function pieces(data: Numbers): Uint8Array[] {
  const count = Math.ceil(data.byteLength / mostBytes);
  return Array.from({ length: count }, (_, i) => {
    const start = i * mostBytes;
    return new Uint8Array(data.buffer, data.byteOffset + start, Math.min(mostBytes, data.byteLength - start));
  });
}
