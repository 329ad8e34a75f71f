import type { Pass } from '../definition.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';

export async function enterPass(run: Run, frame: Frame, state: Pass): Promise<void> {
  await run.leave(frame, state, state, frame.input);
}
