/** Losses and scores after some of the epochs. */
export interface CurvePoint {
  readonly epoch: number;
  readonly trainLoss: number;
  readonly validationLoss: number;
  readonly trainScore: number;
  readonly validationScore: number;
}

const mostPoints = 600;

/**
 * A curve of bounded size: points at epochs that are multiples of `every`, which doubles when there are too many. So it depends on
 * the epochs alone, never on how fast they were computed.
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
}
