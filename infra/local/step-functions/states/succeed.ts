import type { Succeed } from '../definition.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';

export async function enterSucceed(run: Run, frame: Frame, state: Succeed): Promise<void> {
  await run.leave(frame, state, { Output: state.Output }, frame.input);
}
