import jsonata from 'jsonata';
import { type Fault, readDefinition, stringsOf, variablesIn, waysOut } from './check-definition.ts';
import { type Flow, innerFlows, type Task } from './definition.ts';
import { expressionIn } from './expressions.ts';
import { integrationOf } from './integrations.ts';

/** What is wrong with a definition: all that the engine refuses, and mistakes that would only show when it runs. */
export function lint(definition: string): readonly Fault[] {
  const { definition: machine, faults } = readDefinition(definition);
  if (machine === undefined) return faults;
  return [...faults, ...flowFaults(machine, '', new Set())];
}

function* flowFaults(flow: Flow, path: string, around: ReadonlySet<string>): Generator<Fault> {
  const known = assignedOnEveryWay(flow, around);
  for (const [name, state] of Object.entries(flow.States)) {
    const at = `${path}/States/${name}`;
    if (state.Type === 'Task') yield* waitFaults(state, at);
    const visible = known.get(name);
    if (visible === undefined) continue;
    for (const { path: where, text } of stringsOf(state)) {
      for (const variable of unknownIn(text, visible)) {
        yield { path: [at, ...where].join('/'), message: `$${variable} may not have been assigned` };
      }
    }
    for (const inner of innerFlows(state))
      yield* flowFaults(inner.flow, [at, ...inner.path].join('/'), visible);
  }
}

function* waitFaults(task: Task, at: string): Generator<Fault> {
  const { TimeoutSeconds: timeout, HeartbeatSeconds: heartbeat } = task;
  if (typeof timeout === 'number' && typeof heartbeat === 'number' && heartbeat >= timeout) {
    yield { path: `${at}/HeartbeatSeconds`, message: 'must be smaller than TimeoutSeconds' };
  }
  const waits = integrationOf(task.Resource);
  if (
    waits?.byToken === true &&
    !JSON.stringify(task.Arguments ?? {}).includes('$states.context.Task.Token')
  ) {
    yield { path: `${at}/Arguments`, message: 'the token is not passed on: nobody could send it back' };
  }
  if ((waits?.byToken === true || waits?.resourceType === 'states') && timeout === undefined) {
    yield { path: at, message: 'a wait needs TimeoutSeconds: without it, it lasts until the execution ends' };
  }
}

/**
 * For every state that can be reached, the variables that are assigned whichever way it is reached: a forward
 * analysis, from everything to what remains.
 */
function assignedOnEveryWay(
  flow: Flow,
  around: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const known = new Map<string, ReadonlySet<string>>([[flow.StartAt, around]]);
  const open = [flow.StartAt];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const state = flow.States[name];
    if (state === undefined) continue;
    const before = known.get(name) ?? around;
    for (const { target, assigned } of waysOut(state)) {
      if (target === undefined) continue;
      const after = new Set([...before, ...assigned]);
      const sofar = known.get(target);
      const now = sofar === undefined ? after : new Set([...sofar].filter((one) => after.has(one)));
      if (sofar !== undefined && sofar.size === now.size) continue;
      known.set(target, now);
      open.push(target);
    }
  }
  return known;
}

/** Names that JSONata or Step Functions gives a meaning to. */
const MEANT = new Set(
  `states abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl
  decodeUrlComponent distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger
  formatNumber fromMillis hash join keys length lookup lowercase map match max merge millis min not now number pad
  parse parseInteger partition power random range reduce replace reverse round shuffle sift single sort split spread
  sqrt string substring substringAfter substringBefore sum toMillis trim type uppercase uuid zip`.split(
    /\s+/,
  ),
);

function unknownIn(text: string, visible: ReadonlySet<string>): readonly string[] {
  const source = expressionIn(text);
  if (source === undefined) return [];
  let ast: unknown;
  try {
    ast = jsonata(source).ast();
  } catch {
    return []; // Refused as such already.
  }
  const bound = boundIn(ast);
  return [...variablesIn(ast)].filter(
    (name) => name !== '' && name !== '$' && !MEANT.has(name) && !visible.has(name) && !bound.has(name),
  );
}

/** Names that an expression binds itself (`:=`, parameters, `@$x`, `#$i`), or asks `$exists` about. */
function boundIn(node: unknown, names: Set<string> = new Set()): ReadonlySet<string> {
  if (typeof node !== 'object' || node === null) return names;
  const { type, value, lhs, arguments: given, procedure } = Object(node);
  if (type === 'bind') variablesIn(lhs).forEach((name) => void names.add(name));
  if (type === 'lambda') variablesIn(given).forEach((name) => void names.add(name));
  if (type === 'function' && procedure?.value === 'exists') {
    variablesIn(given).forEach((name) => void names.add(name));
  }
  if ((type === 'focus' || type === 'index') && typeof value === 'string') names.add(value);
  for (const key of ['focus', 'index'] as const) {
    const named = Object(node)[key];
    if (typeof named === 'string') names.add(named);
  }
  for (const inner of Object.values(node)) boundIn(inner, names);
  return names;
}
