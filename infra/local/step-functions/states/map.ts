import type { MapState } from '../definition.ts';
import { queryFailed } from '../errors.ts';
import { wholeSeconds } from '../expressions.ts';
import type { Frame, Join } from '../frame.ts';
import { isArray } from '../json.ts';
import type { Run } from '../run.ts';

/** An inline Map runs 40 iterations at once when it is not told how many. */
const AT_ONCE = 40;

export async function enterMap(run: Run, entered: Frame, state: MapState): Promise<void> {
  const items = state.Items === undefined ? entered.input : await run.fill(entered, state.Items);
  if (!isArray(items)) throw queryFailed('Items must be an array.');
  const most = state.MaxConcurrency === undefined ? 0 : await run.fill(entered, state.MaxConcurrency);
  const atOnce = Math.min(wholeSeconds(most, 'MaxConcurrency') || AT_ONCE, AT_ONCE);
  const total = items.length;
  const frame = run.tell(entered, 'MapStateStarted', 'mapStateStartedEventDetails', { length: total });
  await joinMap(run, frame, state, { total, started: 0, done: 0, atOnce, items });
}

/** Starts as many iterations as may run, or gives the result when all have ended. */
export async function joinMap(run: Run, frame: Frame, state: MapState, join: Join): Promise<void> {
  const { items = [], total, done, atOnce } = join;
  if (done === total) {
    const result = run.outputsBelow(frame);
    return run.leave(run.tell(frame, 'MapStateSucceeded'), state, state, result, { result });
  }
  const until = Math.min(total, done + atOnce);
  let told = frame;
  for (let index = join.started; index < until; index += 1) {
    told = await iterate(run, told, state, index, items);
  }
  run.put(told, { phase: 'joining', join: { ...join, started: until } });
}

async function iterate(
  run: Run,
  frame: Frame,
  state: MapState,
  index: number,
  items: NonNullable<Join['items']>,
): Promise<Frame> {
  const value = items[index] ?? null;
  const item = { Index: index, Value: value };
  const input =
    state.ItemSelector === undefined ? value : await run.fill({ ...frame, item }, state.ItemSelector);
  const details = { name: frame.state, index };
  const started = run.tell(frame, 'MapIterationStarted', 'mapIterationStartedEventDetails', details);
  const flow = [...frame.flow, 'States', frame.state, 'ItemProcessor'];
  run.fork(started, { index, flow, state: state.ItemProcessor.StartAt, input, item });
  return started;
}
