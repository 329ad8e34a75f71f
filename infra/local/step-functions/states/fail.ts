import type { Fail } from '../definition.ts';
import { StateError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';

export async function enterFail(run: Run, frame: Frame, state: Fail): Promise<void> {
  const error = await run.fillText(frame, state.Error, 'Error');
  const cause = await run.fillText(frame, state.Cause, 'Cause');
  run.fail(frame, new StateError(error, cause));
}
