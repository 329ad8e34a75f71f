import jsonata from 'jsonata';
import type * as z from 'zod';
import { type Catcher, type Flow, innerFlows, type Machine, machine, type State } from './definition.ts';
import { SfnRefusal } from './errors.ts';
import { expressionIn } from './expressions.ts';
import { argumentFault, integrationOf, SUPPORTED_RESOURCES } from './integrations.ts';
import { isArray, isObject, type Json, parseJson } from './json.ts';

/** Something wrong with a definition, and where: `/States/Review/Next`. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** @throws SfnRefusal InvalidDefinition, naming every fault */
export function definitionFrom(text: string): Machine {
  const { definition, faults } = readDefinition(text);
  if (definition !== undefined && faults.length === 0) return definition;
  const list = faults.map(({ path, message }) => `${message} at ${path || '/'}`).join('; ');
  throw new SfnRefusal('InvalidDefinition', `Invalid State Machine Definition: ${list}`);
}

export function readDefinition(text: string): { definition?: Machine; faults: readonly Fault[] } {
  let parsed: Json;
  try {
    parsed = parseJson(text);
  } catch (error) {
    return { faults: [{ path: '', message: `INVALID_JSON: ${String(error)}` }] };
  }
  const result = machine.safeParse(parsed);
  if (!result.success) return { faults: result.error.issues.flatMap(faultsOf) };
  return { definition: result.data, faults: [...flowFaults(result.data, [], [])] };
}

function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
  const path = (...more: readonly PropertyKey[]): string => pointer([...issue.path, ...more].map(String));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: path(key), message: 'the field is not supported here' }));
  }
  return [{ path: path(), message: issue.message }];
}

const pointer = (path: readonly string[]): string => path.map((name) => `/${name}`).join('');

/** What the shape of the fields does not tell. `taken`: variables of the scopes around. */
function* flowFaults(flow: Flow, path: readonly string[], taken: readonly string[]): Generator<Fault> {
  const names = Object.keys(flow.States);
  if (!names.includes(flow.StartAt)) yield fault([...path, 'StartAt'], `there is no state ${flow.StartAt}`);
  const reached = reachable(flow);
  const own = [
    ...new Set(
      Object.values(flow.States)
        .flatMap(waysOut)
        .flatMap(({ assigned }) => assigned),
    ),
  ];
  for (const name of own) {
    if (taken.includes(name)) yield fault(path, `the variable ${name} belongs to the scope around`);
    if (name === 'states' || !/^[\p{L}_][\p{L}\p{N}_]{0,79}$/u.test(name)) {
      yield fault(path, `a variable cannot be called ${name}`);
    }
  }
  for (const [name, state] of Object.entries(flow.States)) {
    const at = [...path, 'States', name];
    if (!reached.has(name)) yield fault(at, 'the state cannot be reached');
    yield* stateFaults(state, at, names);
    for (const inner of innerFlows(state)) {
      yield* flowFaults(inner.flow, [...at, ...inner.path], [...taken, ...own]);
    }
  }
}

const fault = (path: readonly string[], message: string): Fault => ({ path: pointer(path), message });

function* stateFaults(state: State, at: readonly string[], names: readonly string[]): Generator<Fault> {
  if ('Next' in state || 'End' in state || !['Choice', 'Succeed', 'Fail'].includes(state.Type)) {
    const { Next, End = false } = 'Next' in state || 'End' in state ? state : {};
    if ((Next === undefined) === !End) yield fault(at, 'exactly one of Next and End is needed');
  }
  for (const { target, path } of waysOut(state)) {
    if (target !== undefined && !names.includes(target))
      yield fault([...at, ...path], `there is no state ${target}`);
  }
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined)) {
    yield fault(at, 'exactly one of Seconds and Timestamp is needed');
  }
  if (state.Type === 'Task') yield* taskFaults(state, at);
  yield* recoveryFaults(state, at);
  for (const { path, text } of stringsOf(state)) {
    const message = expressionFault(text);
    if (message !== undefined) yield fault([...at, ...path], message);
  }
}

function* taskFaults(state: Extract<State, { Type: 'Task' }>, at: readonly string[]): Generator<Fault> {
  const integration = integrationOf(state.Resource);
  if (integration === undefined) {
    const known = SUPPORTED_RESOURCES.join(', ');
    return yield fault([...at, 'Resource'], `the resource is not supported; there are ${known}`);
  }
  if (state.Arguments === undefined || expressionIn(state.Arguments) !== undefined) return;
  const message = argumentFault(integration, state.Arguments);
  if (message !== undefined) yield fault([...at, 'Arguments'], message);
}

function* recoveryFaults(state: State, at: readonly string[]): Generator<Fault> {
  for (const field of ['Retry', 'Catch'] as const) {
    const rules = (field in state ? Object(state)[field] : undefined) ?? [];
    for (const [index, { ErrorEquals }] of rules.entries()) {
      if (!ErrorEquals.includes('States.ALL')) continue;
      const where = [...at, field, String(index), 'ErrorEquals'];
      if (ErrorEquals.length > 1) yield fault(where, 'States.ALL stands alone');
      if (index < rules.length - 1) yield fault(where, 'States.ALL stands last');
    }
  }
  const retriers = 'Retry' in state ? (state.Retry ?? []) : [];
  for (const [index, { MaxDelaySeconds, IntervalSeconds = 1 }] of retriers.entries()) {
    if (MaxDelaySeconds !== undefined && MaxDelaySeconds <= IntervalSeconds) {
      yield fault([...at, 'Retry', String(index), 'MaxDelaySeconds'], 'must be greater than IntervalSeconds');
    }
  }
}

interface WayOut {
  /** Undefined: to the end. */
  readonly target: string | undefined;
  readonly path: readonly string[];
  /** Variables that are assigned on this way. */
  readonly assigned: readonly string[];
}

/** Every way out of a state. */
export function waysOut(state: State): readonly WayOut[] {
  const way = (
    target: string | undefined,
    { Assign = {} }: { readonly Assign?: object | undefined },
    ...path: readonly string[]
  ): WayOut => ({ target, path, assigned: Object.keys(Assign) });
  const rules = (field: 'Catch' | 'Choices', all: readonly Pick<Catcher, 'Next' | 'Assign'>[]) =>
    all.map((rule, index) => way(rule.Next, rule, field, String(index), 'Next'));
  if (state.Type === 'Choice')
    return [...rules('Choices', state.Choices), way(state.Default, state, 'Default')];
  const own = 'Assign' in state || 'Next' in state ? [way(state.Next, state, 'Next')] : [];
  return [...own, ...rules('Catch', ('Catch' in state ? state.Catch : undefined) ?? [])];
}

function reachable(flow: Flow): ReadonlySet<string> {
  const reached = new Set([flow.StartAt]);
  for (const name of reached) {
    const state = flow.States[name];
    for (const { target } of state === undefined ? [] : waysOut(state))
      if (target !== undefined) reached.add(target);
  }
  return reached;
}

/** Fields that hold no expression, or that belong to the states inside. */
const WITHOUT_EXPRESSIONS = new Set([
  'Type',
  'Comment',
  'Resource',
  'Next',
  'Default',
  'Retry',
  'ErrorEquals',
  'Branches',
  'ItemProcessor',
]);

/** Every text of a state in which an expression may stand. */
export function stringsOf(
  state: State,
): readonly { readonly path: readonly string[]; readonly text: string }[] {
  const walk = (value: Json | undefined, path: readonly string[]): ReturnType<typeof stringsOf> => {
    if (typeof value === 'string') return [{ path, text: value }];
    if (isArray(value)) return value.flatMap((one, index) => walk(one, [...path, String(index)]));
    if (!isObject(value)) return [];
    return Object.entries(value).flatMap(([name, one]) => walk(one, [...path, name]));
  };
  const fields: [string, Json | undefined][] = Object.entries(state);
  return fields.flatMap(([field, value]) => {
    if (WITHOUT_EXPRESSIONS.has(field)) return [];
    if (field !== 'Catch' && field !== 'Choices') return walk(value, [field]);
    return walk(value, [field]).filter(({ path }) => !WITHOUT_EXPRESSIONS.has(path[2] ?? ''));
  });
}

function expressionFault(text: string): string | undefined {
  const source = expressionIn(text);
  if (source === undefined) {
    const half = /^\s*\{%/.test(text) || /%\}\s*$/.test(text);
    return half ? 'an expression begins with {% and ends with %}, and nothing stands around it' : undefined;
  }
  if (source.trim() === '') return 'the expression is empty';
  try {
    const names = variablesIn(jsonata(source).ast());
    return names.has('eval') ? '$eval is not available in Step Functions' : undefined;
  } catch (error) {
    return `not JSONata: ${error instanceof Object && 'message' in error ? error.message : error}`;
  }
}

/** Every `$name` in an expression, whatever it means there. */
export function variablesIn(node: unknown, names: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return names;
  if ('type' in node && node.type === 'variable' && 'value' in node) names.add(String(node.value));
  for (const inner of Object.values(node)) variablesIn(inner, names);
  return names;
}
