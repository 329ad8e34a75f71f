import * as z from 'zod';
import type { Engine } from '../engine.ts';
import { SfnRefusal } from '../errors.ts';
import { type JsonObject, parseJson } from '../json.ts';
import { forget } from '../lifecycle.ts';
import type { Execution, Known, MachineRow, Store } from '../store.ts';

/** One operation of the API: what it asks for, and what it does within one transaction. @throws SfnRefusal */
export interface Operation {
  run(body: unknown): Promise<JsonObject>;
}
export type Operations = Readonly<Record<string, Operation>>;

/** Makes an operation: the request is checked first, then answered in a transaction at one instant. */
export const operationsOf =
  (engine: Engine) =>
  <T>(request: z.ZodType<T>, answer: (store: Store, request: T, nowMs: number) => JsonObject): Operation => ({
    run: async (body) => {
      const parsed = request.safeParse(body);
      if (!parsed.success) throw invalid(parsed.error);
      return engine.transact((store) => answer(store, parsed.data, engine.nowMs));
    },
  });

export const name = z.string().regex(/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}]{1,80}$/u);
export const arn = z.string().min(1).max(256);
export const page = {
  maxResults: z.int().min(0).max(1000).optional(),
  nextToken: z.string().max(3096).optional(),
};
export const text = z.string().max(262_144);

function invalid(error: z.ZodError): SfnRefusal {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  if (path === 'name') return new SfnRefusal('InvalidName', `Invalid Name: ${issue?.message}`);
  const keys = issue?.code === 'unrecognized_keys' ? ` (${issue.keys.join(', ')} is not supported)` : '';
  return new SfnRefusal('ValidationException', `invalid request at '${path}': ${issue?.message}${keys}`);
}

export function checkJson(json: string, type: string, message: string): void {
  try {
    parseJson(json);
  } catch (error) {
    throw new SfnRefusal(type, `${message}: ${String(error)}`);
  }
}

function checkArn(given: string, kind: 'stateMachine' | 'execution'): void {
  if (!new RegExp(`^arn:[^:]+:states:[^:]*:[^:]*:${kind}:.+`).test(given)) {
    throw new SfnRefusal('InvalidArn', `Invalid Arn: '${given}'`);
  }
}

export function machineFor(store: Store, given: string): MachineRow {
  checkArn(given, 'stateMachine');
  const known = store.machine(given);
  if (known === undefined) {
    throw new SfnRefusal('StateMachineDoesNotExist', `State Machine Does Not Exist: '${given}'`);
  }
  return known;
}

export function executionFor(store: Store, given: string, nowMs: number): Known<Execution> {
  checkArn(given, 'execution');
  forget(store, nowMs);
  const known = store.executionByArn(given);
  if (known === undefined) {
    throw new SfnRefusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${given}'`);
  }
  return known;
}

/** A page of a list; the token is where the next one begins. */
export function paged<T>(
  all: readonly T[],
  { maxResults, nextToken = '0' }: { maxResults?: number | undefined; nextToken?: string | undefined },
): { readonly items: readonly T[]; readonly nextToken?: string } {
  const start = Number(nextToken);
  if (!Number.isInteger(start) || start < 0) throw new SfnRefusal('InvalidToken', 'Invalid Token');
  const until = start + (maxResults || 100);
  return { items: all.slice(start, until), ...(until < all.length && { nextToken: String(until) }) };
}
