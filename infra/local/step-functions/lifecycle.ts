import { executionArn } from './arn.ts';
import type { Machine } from './definition.ts';
import { SfnRefusal } from './errors.ts';
import type { Frame } from './frame.ts';
import { parseJson } from './json.ts';
import type { Execution, HistoryEvent, Known, MachineRow, Store } from './store.ts';

const DAY_MS = 86_400_000;
/** An execution lives a year at most, and its name is taken until 90 days after it has ended. */
const LONGEST_MS = 365 * DAY_MS;
const REMEMBERED_MS = 90 * DAY_MS;

export interface Beginning {
  readonly machine: MachineRow;
  readonly definition: Machine;
  readonly name: string;
  readonly input: string;
  readonly nowMs: number;
  readonly awaitedBy?: NonNullable<Execution['awaitedBy']>;
}

/** What ended long ago is not known any longer. */
export function forget(store: Store, nowMs: number): void {
  store.forgetStoppedBefore(nowMs - REMEMBERED_MS);
}

/** Idempotent by name and input while the execution runs. @throws SfnRefusal */
export function begin(store: Store, beginning: Beginning): Known<Execution> {
  const { machine, definition, name, input, nowMs, awaitedBy } = beginning;
  forget(store, nowMs);
  const arn = executionArn(machine.arn, name);
  const known = store.executionByArn(arn);
  if (known?.status === 'RUNNING' && known.input === input) return known;
  if (known !== undefined) {
    throw new SfnRefusal('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
  }
  const execution = store.addExecution({
    arn,
    name,
    input,
    machineArn: machine.arn,
    revision: machine.revision,
    status: 'RUNNING',
    startedAt: nowMs,
    deadline: nowMs + Math.min(LONGEST_MS, (definition.TimeoutSeconds ?? Number.POSITIVE_INFINITY) * 1000),
    lastEvent: 1,
    ...(awaitedBy && { awaitedBy }),
  });
  const value = { input, roleArn: store.revision(machine.revision).roleArn };
  store.addEvent(execution.key, {
    id: 1,
    previousEventId: 0,
    type: 'ExecutionStarted',
    at: nowMs,
    details: { field: 'executionStartedEventDetails', value },
  });
  store.putFrame({
    execution: execution.key,
    id: '0',
    index: 0,
    flow: [],
    state: definition.StartAt,
    input: parseJson(input),
    variables: {},
    enteredAt: nowMs,
    retried: [],
    lastEvent: 1,
    at: { phase: 'entering', again: false },
  });
  return execution;
}

export type Ending =
  | { readonly status: 'SUCCEEDED'; readonly output: string }
  | {
      readonly status: 'FAILED' | 'TIMED_OUT' | 'ABORTED';
      readonly error?: string | undefined;
      readonly cause?: string | undefined;
    };

const ENDED = {
  SUCCEEDED: { type: 'ExecutionSucceeded', field: 'executionSucceededEventDetails' },
  FAILED: { type: 'ExecutionFailed', field: 'executionFailedEventDetails' },
  TIMED_OUT: { type: 'ExecutionTimedOut', field: 'executionTimedOutEventDetails' },
  ABORTED: { type: 'ExecutionAborted', field: 'executionAbortedEventDetails' },
} as const;

/** Ends an execution and all below it, and tells the task that waits for it. */
export function end(
  store: Store,
  execution: Known<Execution>,
  ending: Ending,
  nowMs: number,
  lastEvent?: number,
): void {
  const root = store.frame(execution.key, '0');
  dropBelow(store, execution.key, '0', nowMs);
  if (root !== undefined) abandon(store, root, nowMs);
  const { status, ...told } = ending;
  const details = Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
  const event: HistoryEvent = {
    id: execution.lastEvent + 1,
    previousEventId: lastEvent ?? root?.lastEvent ?? execution.lastEvent,
    type: ENDED[status].type,
    at: nowMs,
    details: { field: ENDED[status].field, value: details },
  };
  store.addEvent(execution.key, event);
  const ended = { ...execution, ...details, status, stoppedAt: nowMs, lastEvent: event.id };
  store.saveExecution(ended);
  tellParent(store, ended);
}

/** Forgets the branches and iterations below a frame; what they wait for is stopped, as AWS tries to. */
export function dropBelow(store: Store, execution: number, id: string, nowMs: number): void {
  for (const frame of store.framesBelow(execution, id)) abandon(store, frame, nowMs);
}

function abandon(store: Store, frame: Frame, nowMs: number): void {
  store.dropFrame(frame);
  stopNested(store, frame, nowMs);
}

/** Stops the execution that a task has been waiting for, when the task does not wait any longer. */
export function stopNested(store: Store, { at }: Frame, nowMs: number): void {
  if (at.phase !== 'awaiting' || at.child === undefined) return;
  const child = store.execution(at.child);
  if (child.status !== 'RUNNING') return;
  const { awaitedBy: _nobody, ...orphan } = child;
  end(store, orphan, { status: 'ABORTED', cause: 'The execution that started it ended.' }, nowMs);
}

function tellParent(store: Store, child: Known<Execution>): void {
  if (child.awaitedBy === undefined) return;
  const frame = store.frame(child.awaitedBy.execution, child.awaitedBy.frame);
  if (frame?.at.phase !== 'awaiting' || frame.at.child !== child.key) return;
  const description = {
    ExecutionArn: child.arn,
    Input: parseJson(child.input),
    InputDetails: { Included: true },
    Name: child.name,
    StartDate: child.startedAt,
    StateMachineArn: child.machineArn,
    Status: child.status,
    StopDate: child.stoppedAt ?? child.startedAt,
  };
  if (child.output !== undefined) {
    const result = { ...description, Output: parseJson(child.output), OutputDetails: { Included: true } };
    store.putFrame({ ...frame, at: { phase: 'returned', result } });
    return;
  }
  const failure = { ...description, Error: child.error, Cause: child.cause };
  const at = { phase: 'failing', error: 'States.TaskFailed', cause: JSON.stringify(failure) } as const;
  store.putFrame({ ...frame, at });
}
