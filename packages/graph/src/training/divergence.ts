/** Stops training if the loss or the gradient is not finite, or if the loss has grown too far. */
import { errors } from '../errors.ts';

/** Number of first steps whose mean loss is the usual loss. */
const FIRST_STEPS = 10;

export class DivergenceCheck {
  private readonly factor: number;
  private firstLosses: number[] = [];

  /** @param factor limit of the loss, as a multiple of the usual loss */
  constructor(factor: number) {
    this.factor = factor;
  }

  /**
   * @param step number of completed steps
   * @throws LorekeepError `GRAPH_NOT_FINITE`, `GRAPH_DIVERGED`
   */
  check(loss: number, gradientNorm: number, step: number): void {
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm))
      throw errors.GRAPH_NOT_FINITE({ loss, gradientNorm, step });
    if (this.firstLosses.length < FIRST_STEPS) return;
    const usual = this.firstLosses.reduce((sum, value) => sum + value, 0) / FIRST_STEPS;
    if (usual > 0 && loss > this.factor * usual) throw errors.GRAPH_DIVERGED({ loss, usual, step });
  }

  /** Counts the loss of a completed step. */
  record(loss: number): void {
    if (this.firstLosses.length < FIRST_STEPS) this.firstLosses.push(loss);
  }

  state(): number[] {
    return [...this.firstLosses];
  }

  restore(firstLosses: readonly number[]): void {
    this.firstLosses = [...firstLosses];
  }
}
