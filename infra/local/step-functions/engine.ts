import { type Ports, perform } from './calls.ts';
import { definitionFrom } from './check-definition.ts';
import type { Machine } from './definition.ts';
import { SfnRefusal, StateError } from './errors.ts';
import { Expressions, tooLarge } from './expressions.ts';
import { type At, type Frame, wakeAt } from './frame.ts';
import { step } from './interpreter.ts';
import { isTooLarge, type Json } from './json.ts';
import { end, stopNested } from './lifecycle.ts';
import { Run, type Way } from './run.ts';
import type { Store } from './store.ts';

export interface EngineParts {
  readonly store: Store;
  readonly clock: { now(): number };
  readonly ports: Ports;
  /** For jitter. */
  readonly random?: () => number;
  /** How long, in real milliseconds, a call that does not come back may hold up the virtual clock. */
  readonly callPatienceMs?: number;
  /** Called with each way that an execution goes. */
  readonly onWay?: (way: Way) => void;
}

/**
 * Runs executions. All that happens is a transaction of the store, one after another; calls are made between them.
 * An unexpected error (a full disk, a defect) stops the engine rather than an execution: a restart goes on from the
 * last transaction.
 */
export class Engine {
  readonly name = 'workflows';
  readonly #parts: EngineParts;
  readonly #expressions = new Expressions();
  /** A revision never changes; what is read of one is read once. */
  readonly #revisions = new Map<number, { readonly definition: Machine; readonly roleArn: string }>();
  /** Calls that time has to wait for. */
  readonly #held = new Set<Promise<void>>();
  #tail: Promise<unknown> = Promise.resolve();
  #pumping: Promise<void> | undefined;
  #moved = 0;
  #broken: { readonly cause: unknown } | undefined;
  #onCommit: ((firstWake: number | undefined) => void) | undefined;

  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Goes on where the last process stopped: calls that were under way are made again. */
  async start(): Promise<void> {
    const calling = await this.transact((store) => store.framesCalling());
    for (const frame of calling) this.#dispatch(frame);
  }

  /** Lets what is under way come to rest, then closes the store. */
  async stop(): Promise<void> {
    await this.idle().catch(() => undefined);
    this.#broken ??= { cause: new Error('the workflow engine has been stopped') };
    await this.#tail;
    this.#parts.store.close();
  }

  get nowMs(): number {
    return this.#parts.clock.now();
  }

  /** Calls back after every transaction with the first instant at which a timer fires, due already or not. */
  onCommit(callback: (firstWake: number | undefined) => void): void {
    this.#onCommit = callback;
  }

  /** One transaction, in turn with all others. A refusal undoes it; any other error stops the engine. */
  transact<T>(work: (store: Store) => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(() => this.#transact(work));
    this.#tail = result.catch(() => undefined);
    return result.finally(() => this.#pump());
  }

  definitionOf(revision: number): Machine {
    return this.#revision(revision).definition;
  }

  /** How many executions have not ended. */
  running(): Promise<number> {
    return this.transact((store) => store.running());
  }

  /** Resolves when no transition is ready and no call holds up time. @throws what stopped the engine */
  async idle(): Promise<void> {
    for (;;) {
      await this.#tail;
      if (this.#broken !== undefined) throw this.#broken.cause;
      if (this.#pumping !== undefined) await this.#pumping;
      else if (this.#held.size > 0) await Promise.race(this.#held);
      else return;
    }
  }

  async nextAfter(instantMs: number): Promise<number | undefined> {
    await this.idle();
    return this.transact((store) => store.nextWake(instantMs));
  }

  /** Answers how many timers fired and transitions were made since it was last asked. */
  async fireDue(nowMs: number): Promise<number> {
    await this.idle();
    this.#moved += await this.transact((store) => this.#wakeAll(store, nowMs));
    await this.idle();
    const moved = this.#moved;
    this.#moved = 0;
    return moved;
  }

  async #transact<T>(work: (store: Store) => T | Promise<T>): Promise<T> {
    if (this.#broken !== undefined) throw this.#broken.cause;
    const { store } = this.#parts;
    try {
      store.begin();
      const result = await work(store);
      store.commit();
      this.#onCommit?.(store.nextWake(0));
      return result;
    } catch (error) {
      if (!(error instanceof SfnRefusal)) this.#broken = { cause: error };
      store.rollback();
      throw error;
    }
  }

  #revision(key: number): { readonly definition: Machine; readonly roleArn: string } {
    const known = this.#revisions.get(key);
    if (known !== undefined) return known;
    const { definition, roleArn } = this.#parts.store.revision(key);
    const revision = { definition: definitionFrom(definition), roleArn };
    this.#revisions.set(key, revision);
    return revision;
  }

  #pump(): void {
    if (this.#pumping !== undefined || this.#broken !== undefined) return;
    this.#pumping = this.#stepAll().finally(() => {
      this.#pumping = undefined;
    });
    // Whoever waits learns of it from `#broken`.
    this.#pumping.catch(() => undefined);
  }

  async #stepAll(): Promise<void> {
    for (;;) {
      const turn = this.#tail.then(() => this.#transact((store) => this.#stepNext(store)));
      this.#tail = turn.catch(() => undefined);
      const stepped = await turn;
      if (stepped === undefined) return;
      this.#moved += 1;
      if (stepped.at.phase === 'calling') this.#dispatch(stepped);
    }
  }

  /** Answers the frame as the transition left it. */
  async #stepNext(store: Store): Promise<Frame | undefined> {
    const frame = store.nextReady();
    if (frame === undefined) return undefined;
    const execution = store.execution(frame.execution);
    const run = new Run({
      store,
      execution,
      expressions: this.#expressions,
      random: this.#parts.random ?? Math.random,
      nowMs: this.nowMs,
      ...this.#revision(execution.revision),
      definitionOf: (revision) => this.definitionOf(revision),
      onWay: this.#parts.onWay,
    });
    await step(run, frame);
    return store.frame(frame.execution, frame.id) ?? frame;
  }

  /** Makes a call that is written down, and writes down its answer. */
  #dispatch(frame: Frame): void {
    const work = this.#call(frame).catch(() => undefined);
    const held = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, this.#parts.callPatienceMs ?? 30_000).unref();
      void work.then(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    this.#held.add(held);
    void held.then(() => this.#held.delete(held));
  }

  async #call(frame: Frame): Promise<void> {
    if (frame.at.phase !== 'calling') return;
    const { call } = frame.at;
    const execution = await this.transact((store) => store.execution(frame.execution));
    const answer = await perform(this.#parts.ports, call, execution.arn).then(returned, failed);
    await this.transact((store) => {
      const now = store.frame(frame.execution, frame.id);
      if (now?.at.phase !== 'calling' || now.at.call.id !== call.id) return;
      store.putFrame({ ...now, at: answered(now.at, answer) });
    });
  }

  #wakeAll(store: Store, nowMs: number): number {
    const due = [
      ...store.framesDue(nowMs).map((frame) => ({ at: wakeAt(frame) ?? nowMs, frame })),
      ...store.executionsDue(nowMs).map((execution) => ({ at: execution.deadline, execution })),
    ];
    for (const one of due.toSorted((a, b) => a.at - b.at)) {
      if ('execution' in one) this.#timeOut(store, one.execution.key, nowMs);
      else wake(store, one.frame, nowMs);
    }
    return due.length;
  }

  #timeOut(store: Store, key: number, nowMs: number): void {
    const execution = store.execution(key);
    if (execution.status !== 'RUNNING') return;
    this.#parts.onWay?.({ machineArn: execution.machineArn, state: '', way: 'TimeoutSeconds' });
    end(store, execution, { status: 'TIMED_OUT', error: 'States.Timeout' }, nowMs);
  }
}

function wake(store: Store, { execution, id }: Frame, nowMs: number): void {
  const frame = store.frame(execution, id);
  if (frame === undefined || (wakeAt(frame) ?? Number.POSITIVE_INFINITY) > nowMs) return;
  stopNested(store, frame, nowMs);
  store.putFrame({ ...frame, at: woken(frame.at, nowMs) });
}

function woken(at: At, nowMs: number): At {
  if (at.phase === 'waiting') return { phase: 'returned', result: null };
  if (at.phase === 'retrying') return { phase: 'entering', again: true };
  if (at.phase !== 'calling' && at.phase !== 'awaiting') return at;
  const { timeoutAt, heartbeatAt } = at.patience;
  const silent = heartbeatAt !== undefined && heartbeatAt <= nowMs && heartbeatAt < (timeoutAt ?? Infinity);
  return { phase: 'failing', error: silent ? 'States.HeartbeatTimeout' : 'States.Timeout' };
}

type Answer = { readonly result: Json } | { readonly failure: StateError };

const returned = (result: Json): Answer =>
  isTooLarge(JSON.stringify(result)) ? { failure: tooLarge() } : { result };

const failed = (error: unknown): Answer => ({
  failure: error instanceof StateError ? error : new StateError('States.TaskFailed', String(error)),
});

/** A call by token has only been delivered when it returns; its result comes with the token. */
function answered(at: Extract<At, { phase: 'calling' }>, answer: Answer): At {
  if ('failure' in answer) {
    return { phase: 'failing', error: answer.failure.error, cause: answer.failure.reason };
  }
  if (at.token === undefined) return { phase: 'returned', result: answer.result };
  return { phase: 'awaiting', token: at.token, patience: at.patience };
}
