import type { Catcher, Flow, Machine, State } from './definition.ts';
import { queryFailed, type StateError } from './errors.ts';
import { bindingsOf, type Expressions, tooLarge } from './expressions.ts';
import { type At, type Frame, retryCount } from './frame.ts';
import { isTooLarge, type Json, type JsonObject, parseJson } from './json.ts';
import { dropBelow, type Ending, end, stopNested } from './lifecycle.ts';
import type { Execution, Known, Store } from './store.ts';

/** The history of an execution is full: it fails, whatever it was about to do. */
export class HistoryFull extends Error {}

/** The 25,000th event is the one that says how the execution ended. */
const LAST_EVENT_BUT_ONE = 24_999;

/**
 * A way that an execution went within a state: `entered`, `Choices/0`, `Default`, `Retry/1`, `Catch/0`,
 * `TimeoutSeconds` or `HeartbeatSeconds`. The history tells states and errors, but not which rule was the one.
 */
export interface Way {
  readonly machineArn: string;
  /** Where the state lies in the definition: `States/Review`; empty for the machine itself. */
  readonly state: string;
  readonly way: string;
  /** What a rule caught or had tried again. */
  readonly error?: string | undefined;
}

export interface RunParts {
  readonly store: Store;
  readonly expressions: Expressions;
  readonly random: () => number;
  readonly nowMs: number;
  readonly execution: Known<Execution>;
  readonly definition: Machine;
  readonly roleArn: string;
  /** The definition that a revision of any machine has. */
  readonly definitionOf: (revision: number) => Machine;
  readonly onWay?: ((way: Way) => void) | undefined;
}

/** What `$states` holds besides input and context. */
export interface Told {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string;
}

type Leaving = Pick<Catcher, 'Output' | 'Assign'> & {
  readonly Next?: string | undefined;
  readonly End?: boolean | undefined;
};

/** One transition of one execution: what states may do. All of it is written in one transaction or not at all. */
export class Run {
  readonly parts: RunParts;
  #execution: Known<Execution>;
  #ended = false;

  constructor(parts: RunParts) {
    this.parts = parts;
    this.#execution = parts.execution;
  }

  get execution(): Known<Execution> {
    return this.#execution;
  }

  get nowMs(): number {
    return this.parts.nowMs;
  }

  get nextEventId(): number {
    return this.#execution.lastEvent + 1;
  }

  /** Adds to the history; answers the frame with the event as its last. @throws HistoryFull */
  tell(frame: Frame, type: string, field?: string, value: JsonObject = {}): Frame {
    const id = this.nextEventId;
    if (id > LAST_EVENT_BUT_ONE) throw new HistoryFull();
    this.parts.store.addEvent(frame.execution, {
      id,
      previousEventId: frame.lastEvent,
      type,
      at: this.nowMs,
      ...(field !== undefined && { details: { field, value } }),
    });
    this.#execution = { ...this.#execution, lastEvent: id };
    return { ...frame, lastEvent: id };
  }

  /** For those who watch which ways are gone. */
  took({ flow, state }: Frame, way: string, error?: string): void {
    const { machineArn } = this.#execution;
    this.parts.onWay?.({ machineArn, state: [...flow, 'States', state].join('/'), way, error });
  }

  /** Writes down where a thread of control stands. */
  put(frame: Omit<Frame, 'at'>, at: At): void {
    this.parts.store.putFrame({ ...frame, at });
  }

  /** The last thing a transition does, unless it ended the execution. */
  save(): void {
    if (!this.#ended) this.parts.store.saveExecution(this.#execution);
  }

  /** Fills in the expressions of a field. @throws StateError */
  async fill(frame: Frame, template: Json, told: Told = {}): Promise<Json> {
    const { token, ...known } = told;
    const states = { input: frame.input, context: this.#context(frame, token), ...known };
    return this.parts.expressions.fill(template, bindingsOf(states, this.#variables(frame)), this.nowMs);
  }

  /** As `fill`, for a field that must be text. @throws StateError */
  async fillText(frame: Frame, template: string | undefined, field: string): Promise<string | undefined> {
    if (template === undefined) return undefined;
    const value = await this.fill(frame, template);
    if (typeof value !== 'string') throw queryFailed(`${field} must be a string.`);
    return value;
  }

  /** Assigns, gives output, and goes on to the next state or to the end. @throws StateError */
  async leave(frame: Frame, state: State, how: Leaving, otherwise: Json, told: Told = {}): Promise<void> {
    // Both see the variables as they were before.
    const output = how.Output === undefined ? otherwise : await this.fill(frame, how.Output, told);
    const assigned = how.Assign === undefined ? {} : await this.#assigned(frame, how.Assign, told);
    const text = JSON.stringify(output);
    if (isTooLarge(text)) throw tooLarge();
    const exited = this.tell(frame, `${state.Type}StateExited`, 'stateExitedEventDetails', {
      name: frame.state,
      output: text,
      ...(Object.keys(assigned).length > 0 && { assignedVariables: texts(assigned) }),
    });
    const variables = { ...frame.variables, ...assigned };
    if (how.Next === undefined) return this.#finish(exited, output);
    this.put(
      { ...exited, state: how.Next, input: output, variables, retried: [], enteredAt: this.nowMs },
      { phase: 'entering', again: false },
    );
  }

  /** Nothing has caught the error: it goes up to the state around, or ends the execution. */
  fail(frame: Frame, { error, reason }: Pick<StateError, 'error' | 'reason'>): void {
    const parent = this.#parentOf(frame);
    if (parent === undefined) {
      this.end({ status: 'FAILED', error, cause: reason }, frame.lastEvent);
      return;
    }
    const told = frame.item === undefined ? parent : this.#tellIteration(frame, parent, 'Failed');
    dropBelow(this.parts.store, parent.execution, parent.id, this.nowMs);
    this.put(told, { phase: 'failing', error, cause: reason });
  }

  end(ending: Ending, lastEvent?: number): void {
    this.#ended = true;
    end(this.parts.store, this.#execution, ending, this.nowMs, lastEvent);
  }

  /** Gives up what a state has under way: its branches, or the execution it waits for. */
  clear(frame: Frame): void {
    dropBelow(this.parts.store, frame.execution, frame.id, this.nowMs);
    stopNested(this.parts.store, frame, this.nowMs);
  }

  /** The states among which a frame moves. */
  flowOf({ flow }: Frame): Flow {
    let at: unknown = this.parts.definition;
    for (const name of flow) at = Object(at)[name];
    // The path was taken from this very definition when the frame was made.
    return at as Flow;
  }

  stateOf(frame: Frame): State {
    const state = this.flowOf(frame).States[frame.state];
    if (state === undefined) throw new Error(`no state ${frame.state} in ${this.#execution.machineArn}`);
    return state;
  }

  /** A branch or an iteration begins. */
  fork(parent: Frame, start: Pick<Frame, 'index' | 'flow' | 'state' | 'input' | 'item'>): void {
    const { item = parent.item, ...begun } = start;
    this.put(
      {
        ...begun,
        execution: parent.execution,
        id: `${parent.id}.${start.index}`,
        parent: parent.id,
        variables: {},
        enteredAt: this.nowMs,
        retried: [],
        lastEvent: parent.lastEvent,
        item,
      },
      { phase: 'entering', again: false },
    );
  }

  /** The outputs of all branches or iterations, in order; the frames go. */
  outputsBelow(frame: Frame): readonly Json[] {
    const below = this.parts.store.framesBelow(frame.execution, frame.id);
    dropBelow(this.parts.store, frame.execution, frame.id, this.nowMs);
    return below
      .toSorted((one, other) => one.index - other.index)
      .map(({ at }) => (at.phase === 'done' ? at.output : null));
  }

  #finish(frame: Frame, output: Json): void {
    const parent = this.#parentOf(frame);
    if (parent === undefined) {
      this.end({ status: 'SUCCEEDED', output: JSON.stringify(output) }, frame.lastEvent);
      return;
    }
    if (parent.at.phase !== 'joining') throw new Error('a branch ended outside its state');
    this.put(frame, { phase: 'done', output });
    const { join } = parent.at;
    const told = join.items === undefined ? parent : this.#tellIteration(frame, parent, 'Succeeded');
    this.put(told, { phase: 'joining', join: { ...join, done: join.done + 1 } });
  }

  #tellIteration(frame: Frame, parent: Frame, how: 'Succeeded' | 'Failed'): Frame {
    const { lastEvent } = this.tell(frame, `MapIteration${how}`, `mapIteration${how}EventDetails`, {
      name: parent.state,
      index: frame.index,
    });
    return { ...parent, lastEvent };
  }

  #parentOf({ execution, parent }: Frame): Frame | undefined {
    return parent === undefined ? undefined : this.parts.store.frame(execution, parent);
  }

  async #assigned(frame: Frame, assign: JsonObject, told: Told): Promise<JsonObject> {
    const entries: [string, Json][] = [];
    for (const [name, template] of Object.entries(assign)) {
      entries.push([name, await this.fill(frame, template ?? null, told)]);
    }
    return Object.fromEntries(entries);
  }

  /** A branch sees the variables around it; its own end with it. */
  #variables(frame: Frame): JsonObject {
    const parent = this.#parentOf(frame);
    return parent === undefined ? frame.variables : { ...this.#variables(parent), ...frame.variables };
  }

  #context(frame: Frame, token: string | undefined): JsonObject {
    const { arn, input, name, startedAt, machineArn } = this.#execution;
    return {
      Execution: {
        Id: arn,
        Input: parseJson(input),
        Name: name,
        RoleArn: this.parts.roleArn,
        StartTime: new Date(startedAt).toISOString(),
        RedriveCount: 0,
      },
      StateMachine: { Id: machineArn, Name: machineArn.slice(machineArn.lastIndexOf(':') + 1) },
      State: {
        Name: frame.state,
        EnteredTime: new Date(frame.enteredAt).toISOString(),
        RetryCount: retryCount(frame),
      },
      ...(token !== undefined && { Task: { Token: token } }),
      ...(frame.item !== undefined && { Map: { Item: frame.item } }),
    };
  }
}

const texts = (values: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value)]));
