/** Losses and scores after some of the epochs. */
export interface CurvePoint {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly trainScore: number;
  readonly validationScore: number;
}

/** The same as columns, which are cheap to send from the worker to the page. */
export type CurveColumns = { readonly [Name in keyof CurvePoint]: Float64Array<ArrayBuffer> };

export const noCurve: CurveColumns = {
  epoch: new Float64Array(),
  trainLoss: new Float64Array(),
  validationLoss: new Float64Array(),
  trainScore: new Float64Array(),
  validationScore: new Float64Array(),
};

const mostPoints = 600;

/**
 * A curve of bounded size: points at epochs that are multiples of `every`, which doubles when there are too many. So it depends only on
 * the epochs, never on how fast they were computed.
 */
export class Curve {
  every = 1;
  private points: CurvePoint[] = [];

  isDue(epoch: number): boolean {
    return epoch % this.every === 0;
  }

  add(point: CurvePoint): void {
    this.points.push(point);
    if (this.points.length <= mostPoints) return;
    this.every *= 2;
    this.points = this.points.filter(({ epoch }) => this.isDue(epoch));
  }

  all(): readonly CurvePoint[] {
    return this.points;
  }

  columns(): CurveColumns {
    const column = (name: keyof CurvePoint) => Float64Array.from(this.points, (point) => point[name]);
    return {
      epoch: column("epoch"),
      trainLoss: column("trainLoss"),
      validationLoss: column("validationLoss"),
      trainScore: column("trainScore"),
      validationScore: column("validationScore"),
    };
  }
}
