/** What befalls one call that leaves the process. */
export type Fate =
  | 'done'
  /** Not carried out, and said so. */
  | 'throttled'
  /** Carried out, and the answer is lost. */
  | 'unanswered'
  /** The container dies with all that runs in it, before the call is carried out or after. */
  | 'crash-before'
  | 'crash-after';

/**
 * One decision of the scheduler. A history is its seed and its decisions; with the same two it happens again, and with
 * some decisions left out it is a shorter one, since whatever a task chooses it chooses by dice of its own.
 */
export type Step =
  /** A task begins; `through`: it also runs to its end while all others stand still. */
  | { readonly start: string; readonly id: string; readonly through?: true }
  /** So many calls of a task are let through; the fate is that of the last. */
  | { readonly go: string; readonly calls: number; readonly fate?: Exclude<Fate, 'done'> }
  /** Milliseconds in which nothing happens. */
  | { readonly pass: number };

/** The list with one more step, runs of one task's calls counted together. */
export function recorded(steps: Step[], step: Step): void {
  const last = steps.at(-1);
  if (last !== undefined && 'go' in last && 'go' in step && last.go === step.go && last.fate === undefined)
    steps[steps.length - 1] = { ...step, calls: last.calls + step.calls };
  else steps.push(step);
}
