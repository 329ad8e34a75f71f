import type { Json, JsonObject } from './json.ts';

/** When a task is given up: the whole attempt, and the longest silence within it. Epoch milliseconds. */
export interface Patience {
  readonly timeoutAt?: number | undefined;
  readonly heartbeatMs?: number | undefined;
  readonly heartbeatAt?: number | undefined;
}

/** An outside call, written down before it is made so that it can be made again. */
export interface Call {
  /** The event that scheduled it: a late answer to another call is told by it. */
  readonly id: number;
  readonly action: string;
  readonly args: JsonObject;
}

/** What a thread of control is doing. */
export type At =
  | { readonly phase: 'entering'; readonly again: boolean }
  | { readonly phase: 'waiting'; readonly until: number }
  | { readonly phase: 'retrying'; readonly until: number }
  | {
      readonly phase: 'calling';
      readonly call: Call;
      readonly token?: string | undefined;
      readonly patience: Patience;
    }
  | {
      readonly phase: 'awaiting';
      readonly token?: string;
      readonly child?: number;
      readonly patience: Patience;
    }
  | { readonly phase: 'joining'; readonly join: Join }
  | { readonly phase: 'returned'; readonly result: Json }
  | { readonly phase: 'failing'; readonly error?: string | undefined; readonly cause?: string | undefined }
  | { readonly phase: 'done'; readonly output: Json };

export interface Join {
  readonly total: number;
  readonly started: number;
  readonly done: number;
  /** Of a Map: what it goes over, and how many at once. */
  readonly items?: readonly Json[];
  readonly atOnce: number;
}

/** One thread of control: an execution has one, and one more for every branch and iteration under way. */
export interface Frame {
  readonly execution: number;
  /** `0` for the execution itself, then `0.2` for the third branch. */
  readonly id: string;
  readonly parent?: string;
  readonly index: number;
  /** Where the states of this frame lie in the definition: state, field, (branch), state… */
  readonly flow: readonly string[];
  readonly state: string;
  readonly input: Json;
  readonly variables: JsonObject;
  readonly enteredAt: number;
  /** How often each retrier has been used since the state was entered. */
  readonly retried: readonly number[];
  readonly lastEvent: number;
  readonly item?: JsonObject | undefined;
  readonly at: At;
}

/** Whether the engine has something to do for it now. */
export function isReady({ at }: Frame): boolean {
  if (at.phase === 'joining') {
    const { done, started, total, atOnce } = at.join;
    return done === total || (started < total && started - done < atOnce);
  }
  return at.phase === 'entering' || at.phase === 'returned' || at.phase === 'failing';
}

/** When time will move it. */
export function wakeAt({ at }: Frame): number | undefined {
  if (at.phase === 'waiting' || at.phase === 'retrying') return at.until;
  if (at.phase !== 'calling' && at.phase !== 'awaiting') return undefined;
  const { timeoutAt = Number.POSITIVE_INFINITY, heartbeatAt = timeoutAt } = at.patience;
  const first = Math.min(timeoutAt, heartbeatAt);
  return first === Number.POSITIVE_INFINITY ? undefined : first;
}

export const tokenOf = ({ at }: Frame): string | undefined =>
  at.phase === 'calling' || at.phase === 'awaiting' ? at.token : undefined;

export const retryCount = (frame: Frame): number => frame.retried.reduce((sum, count) => sum + count, 0);
