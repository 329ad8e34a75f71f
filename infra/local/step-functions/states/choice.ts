import type { Choice } from '../definition.ts';
import { queryFailed, StateError } from '../errors.ts';
import type { Frame } from '../frame.ts';
import type { Run } from '../run.ts';

/** The first rule that holds, else the default; the state's own Output and Assign belong to the default. */
export async function enterChoice(run: Run, frame: Frame, state: Choice): Promise<void> {
  for (const [index, rule] of state.Choices.entries()) {
    const holds = await run.fill(frame, rule.Condition);
    if (typeof holds !== 'boolean') throw queryFailed('Condition must be true or false.');
    if (!holds) continue;
    run.took(frame, `Choices/${index}`);
    return run.leave(frame, state, rule, frame.input);
  }
  if (state.Default === undefined) {
    throw new StateError(
      'States.NoChoiceMatched',
      `No rule of '${frame.state}' holds and it has no Default.`,
    );
  }
  run.took(frame, 'Default');
  const { Output, Assign, Default: Next } = state;
  await run.leave(frame, state, { Output, Assign, Next }, frame.input);
}
