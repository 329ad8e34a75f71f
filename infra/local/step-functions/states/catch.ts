import type { State } from '../definition.ts';
import { StateError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';
import { matches } from './error-names.ts';
import { nextRetry } from './retry.ts';

/** A state has failed: it is tried again, or the error is caught, or it goes up. */
export async function recover(run: Run, frame: Frame, state: State, failure: StateError): Promise<void> {
  const { error, reason } = failure;
  const retriers = ('Retry' in state ? state.Retry : undefined) ?? [];
  const retrying = nextRetry(retriers, frame.retried, error, run.parts.random);
  if (retrying !== undefined) {
    const { index, delayMs, retried } = retrying;
    run.took(frame, `Retry/${index}`, error);
    return run.put({ ...frame, retried }, { phase: 'retrying', until: run.nowMs + delayMs });
  }
  const catchers = ('Catch' in state ? state.Catch : undefined) ?? [];
  const index = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
  const catcher = catchers[index];
  if (catcher === undefined) return run.fail(frame, failure);
  run.took(frame, `Catch/${index}`, error);
  const errorOutput = { Error: error ?? null, ...(reason !== undefined && { Cause: reason }) };
  try {
    await run.leave(frame, state, catcher, errorOutput, { errorOutput });
  } catch (fault) {
    // An error in a catcher is not caught by it, nor by its neighbours.
    if (!(fault instanceof StateError)) throw fault;
    run.fail(frame, fault);
  }
}
