import type { State } from './definition.ts';
import { StateError } from './errors.ts';
import type { Frame } from './frame.ts';
import { HistoryFull, type Run } from './run.ts';
import { recover } from './states/catch.ts';
import { enterChoice } from './states/choice.ts';
import { enterFail } from './states/fail.ts';
import { enterMap, joinMap } from './states/map.ts';
import { enterParallel, joinParallel } from './states/parallel.ts';
import { enterPass } from './states/pass.ts';
import { enterSucceed } from './states/succeed.ts';
import { enterTask, leaveTask, tellFailure } from './states/task.ts';
import { enterWait, leaveWait } from './states/wait.ts';

const FULL = 'The execution reached the maximum number of history events (25000).';

/** One transition of one thread of control: whatever is ready in it. */
export async function step(run: Run, frame: Frame): Promise<void> {
  const state = run.stateOf(frame);
  try {
    await attempt(run, frame, state);
  } catch (error) {
    if (!(error instanceof HistoryFull)) throw error;
    run.end({ status: 'FAILED', error: 'States.Runtime', cause: FULL });
  }
  run.save();
}

async function attempt(run: Run, frame: Frame, state: State): Promise<void> {
  try {
    await proceed(run, frame, state);
  } catch (failure) {
    if (!(failure instanceof StateError)) throw failure;
    run.clear(frame);
    await recover(run, told(run, frame, state, failure), state, failure);
  }
}

async function proceed(run: Run, frame: Frame, state: State): Promise<void> {
  switch (frame.at.phase) {
    case 'entering':
      return enter(run, frame.at.again ? frame : entered(run, frame, state), state);
    case 'returned':
      if (state.Type === 'Wait') return leaveWait(run, frame, state);
      if (state.Type === 'Task') return leaveTask(run, frame, state, frame.at.result);
      break;
    case 'joining':
      if (state.Type === 'Parallel') return joinParallel(run, frame, state, frame.at.join);
      if (state.Type === 'Map') return joinMap(run, frame, state, frame.at.join);
      break;
    case 'failing':
      throw new StateError(frame.at.error, frame.at.cause);
  }
  throw new Error(`a ${state.Type} cannot go on from ${frame.at.phase}`);
}

async function enter(run: Run, frame: Frame, state: State): Promise<void> {
  switch (state.Type) {
    case 'Task':
      return enterTask(run, frame, state);
    case 'Choice':
      return enterChoice(run, frame, state);
    case 'Wait':
      return enterWait(run, frame, state);
    case 'Pass':
      return enterPass(run, frame, state);
    case 'Succeed':
      return enterSucceed(run, frame, state);
    case 'Fail':
      return enterFail(run, frame, state);
    case 'Parallel':
      return enterParallel(run, frame, state);
    case 'Map':
      return enterMap(run, frame, state);
  }
}

function entered(run: Run, frame: Frame, state: State): Frame {
  run.took(frame, 'entered');
  return run.tell(frame, `${state.Type}StateEntered`, 'stateEnteredEventDetails', {
    name: frame.state,
    input: JSON.stringify(frame.input),
  });
}

/** Failures that came from outside are told under the state's name, those of expressions under their own. */
function told(run: Run, frame: Frame, state: State, failure: StateError): Frame {
  const { error, reason } = failure;
  if (state.Type === 'Task' && frame.at.phase === 'failing') return tellFailure(run, frame, state, failure);
  if (error === 'States.QueryEvaluationError' && frame.at.phase !== 'failing') {
    const details = { error, cause: reason, state: frame.state };
    return run.tell(frame, 'EvaluationFailed', 'evaluationFailedEventDetails', details);
  }
  if (state.Type === 'Parallel' || state.Type === 'Map') return run.tell(frame, `${state.Type}StateFailed`);
  return frame;
}
