import { innerFlows, type Parallel } from '../definition.ts';
import type { Frame, Join } from '../frame.ts';
import type { Run } from '../run.ts';

export async function enterParallel(run: Run, entered: Frame, state: Parallel): Promise<void> {
  const input = state.Arguments === undefined ? entered.input : await run.fill(entered, state.Arguments);
  const frame = run.tell(entered, 'ParallelStateStarted');
  const flows = innerFlows(state);
  const total = flows.length;
  run.put(frame, { phase: 'joining', join: { total, started: total, done: 0, atOnce: total } });
  for (const [index, { path, flow }] of flows.entries()) {
    run.fork(frame, {
      index,
      flow: [...frame.flow, 'States', frame.state, ...path],
      state: flow.StartAt,
      input,
    });
  }
}

/** All branches have ended. */
export async function joinParallel(run: Run, frame: Frame, state: Parallel, _join: Join): Promise<void> {
  const result = run.outputsBelow(frame);
  await run.leave(run.tell(frame, 'ParallelStateSucceeded'), state, state, result, { result });
}
