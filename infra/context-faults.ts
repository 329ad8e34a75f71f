import * as z from 'zod/mini';
import type { Context, Route, Schema } from '../shared/context.ts';
import { contentTypesOf } from '../shared/http/file-answer.ts';
import { houseErrors } from '../shared/kernel/errors.ts';

const WORD = /^[a-z][a-z0-9-]*$/;
const PARAMETER = /^\{[a-z][A-Za-z0-9]*\}$/;
const EVENT = /^[a-z][a-z0-9-]*\.[a-z0-9-]+$/;
/** RFC 9110 §8.3.1, as far as routes need it: type, subtype, perhaps a parameter. */
const CONTENT_TYPE = /^[a-z]+\/[a-z0-9.+-]+(; [a-z]+=[a-z0-9-]+)?$/;
const DAY_TIME = /^([01]\d|2[0-3]):[0-5]\d$/;
/** A whole shared view, or the keys or secrets of one scope; never all keys. */
const PREFIX = /^(?:(?!keys#|secrets#)[a-z][a-z0-9-]*#|(?:keys|secrets)#[a-z][a-z0-9-]*)$/;
/** The worker schedule that CDK adds by itself where a context has timers. */
const TAKEN_SCHEDULE = 'sweep';

/** A context that cannot be served as it is declared. */
class InvalidContext extends Error {
  override readonly name = 'InvalidContext';

  constructor(context: string, faults: readonly string[]) {
    super(`${context}: ${faults.join('; ')}`);
  }
}

/**
 * The same contexts, once nothing is wrong with any. Tests, the build, synthesis and the laptop load them through here; a
 * function that was built has no need to look again each time it starts. @throws InvalidContext with all that is wrong
 */
export function withoutFaults(contexts: readonly Context[]): readonly Context[] {
  for (const context of contexts) {
    const faults = faultsOfContext(context);
    if (faults.length > 0) throw new InvalidContext(context.name, faults);
  }
  return contexts;
}

/** What is wrong with a declaration, a sentence each. */
export function faultsOfContext(context: Context): readonly string[] {
  const { name, errors, routes, subscriptions, schedules, grants } = context;
  const faults: string[] = [];
  if (!WORD.test(name)) faults.push(`${name} is no lower-case word`);
  for (const code of Object.keys(errors.definitions)) {
    if (code in houseErrors.definitions) faults.push(`the error ${code} is the house's`);
  }
  for (const route of routes) {
    const found = [...faultsOfPath(route, name), ...faultsOfRoute(route, context)];
    faults.push(...found.map((fault) => `${route.method} ${route.path} ${fault}`));
  }
  for (const shape of repeated(routes.map(shapeOf))) faults.push(`two routes answer ${shape}`);
  for (const { event } of subscriptions) {
    if (!EVENT.test(event)) faults.push(`the subscription ${event} is no <context>.<what-happened>`);
  }
  for (const word of [...Object.keys(context.tasks), ...Object.keys(context.timers)]) {
    if (!WORD.test(word)) faults.push(`the task or timer ${word} is no lower-case word`);
  }
  for (const schedule of schedules) {
    if (!WORD.test(schedule.name)) faults.push(`the schedule ${schedule.name} is no lower-case word`);
    if (schedule.name === TAKEN_SCHEDULE) faults.push(`the schedule's name ${TAKEN_SCHEDULE} is taken`);
    if (!DAY_TIME.test(schedule.dailyAt)) faults.push(`the schedule ${schedule.name} has no time of day`);
  }
  for (const twice of repeated(schedules.map((schedule) => schedule.name))) {
    faults.push(`two schedules are called ${twice}`);
  }
  for (const machine of [...context.workflows.starts, ...context.workflows.answers]) {
    if (!WORD.test(machine)) faults.push(`the machine ${machine} is no lower-case word`);
  }
  for (const { prefix } of grants) {
    if (!PREFIX.test(prefix))
      faults.push(`the grant ${prefix} is neither a shared view nor one scope's keys`);
    if (prefix === `${name}#`) faults.push(`the grant ${prefix} is the context's own`);
  }
  return faults;
}

function faultsOfPath({ path, request }: Route, context: string): readonly string[] {
  const faults: string[] = [];
  const [, first, ...others] = path.split('/');
  if (!path.startsWith('/') || first !== context) faults.push(`is not below /${context}`);
  if (!others.every((segment) => WORD.test(segment) || PARAMETER.test(segment))) {
    faults.push('has a segment that is neither a lower-case word nor a {parameter}');
  }
  const names = parametersOf(path);
  if (repeated(names).length > 0) faults.push('names a parameter twice');
  const declared = request.params === undefined ? [] : keysOf(request.params);
  if (declared === undefined || !sameNames(names, declared)) {
    faults.push('and its params schema name different parameters');
  }
  return faults;
}

function faultsOfRoute(route: Route, { errors }: Context): readonly string[] {
  const { method, path, access, request, response, requestKey, audit } = route;
  const faults = route.errors
    .filter((code) => !(code in errors.definitions))
    .map((code) => `names the unknown error ${code}`);
  if (method === 'GET' && request.body !== undefined) faults.push('reads, but takes a body');
  if (method === 'GET' && requestKey === 'required') faults.push('reads, but asks for a request key');
  if (route.takes === 'raw') faults.push(...faultsOfRaw(route));
  const contentTypes = contentTypesOf(response);
  for (const type of contentTypes ?? []) {
    if (!CONTENT_TYPE.test(type)) faults.push(`answers a file of ${type}, which is no content type`);
  }
  if (access === 'public') {
    if (audit !== undefined) faults.push('is public, so nobody could be written down');
    return faults;
  }
  if (access.length === 0) faults.push('is open to nobody');
  const answered = keysOf(response) ?? [];
  for (const { relation, fields } of access) {
    if ('param' in relation && !parametersOf(path).includes(relation.param)) {
      faults.push(`has a grant by {${relation.param}}, which is not in the path`);
    }
    if (fields !== undefined && contentTypes !== undefined)
      faults.push('grants fields of a file, which has none');
    const unknown =
      contentTypes === undefined ? (fields ?? []).filter((field) => !answered.includes(field)) : [];
    if (unknown.length > 0) faults.push(`grants fields that its response lacks: ${unknown.join(', ')}`);
  }
  return faults;
}

function faultsOfRaw({ method, access, request, requestKey }: Route): readonly string[] {
  return [
    ...(method === 'POST' ? [] : ['takes raw bytes, but is no POST']),
    ...(access === 'public' ? [] : ['takes raw bytes, but asks for a session, which no provider has']),
    ...(request.body === undefined ? [] : ['takes raw bytes, but declares a parsed body']),
    ...(requestKey === 'required' ? ['takes raw bytes, but asks for a request key'] : []),
  ];
}

/** Names of the parameters of a path, in order. */
function parametersOf(path: string): readonly string[] {
  return path
    .split('/')
    .filter((segment) => segment.startsWith('{'))
    .map((segment) => segment.slice(1, -1));
}

/** Undefined: no object. */
function keysOf(schema: Schema): readonly string[] | undefined {
  return schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : undefined;
}

function shapeOf({ method, path }: Route): string {
  return `${method} ${path.replaceAll(/\{[^}]*\}/g, '{}')}`;
}

function sameNames(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

function repeated(words: readonly string[]): readonly string[] {
  return [...new Set(words.filter((word, index) => words.indexOf(word) < index))];
}
