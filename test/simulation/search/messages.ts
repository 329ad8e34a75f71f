import type { Step } from '../kernel/step.ts';

/** What a searching process is asked: seeds of one workflow, up to the first that fails. */
export interface Order {
  readonly from: number;
  readonly seeds: number;
  /** Whether a failure is to be made short. */
  readonly shrinks: boolean;
  /** Instead of what each seed's dice would say. */
  readonly steps: readonly Step[] | undefined;
}

export interface Failure {
  readonly seed: number;
  readonly rule: string;
  readonly message: string;
  readonly steps: readonly Step[];
  /** Decisions of the seed's own history, before it was made short. */
  readonly stepsBefore: number;
}

export interface Report {
  readonly seeds: number;
  readonly steps: number;
  readonly writes: number;
  readonly cpuMs: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly failure?: Failure;
}
