import jsonata from 'jsonata';
import { queryFailed, StateError } from './errors.ts';
import { isArray, isObject, isTooLarge, type Json, type JsonObject, parseJson } from './json.ts';
import { STEP_FUNCTIONS_ADDS } from './jsonata-functions.ts';

/** The source between `{%` and `%}`; undefined for any other value. */
export function expressionIn(value: Json | undefined): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('{%') || !value.endsWith('%}')) return undefined;
  return value.slice(2, -2);
}

/** What an expression can name: `$states` and the variables in scope. */
export type Bindings = Readonly<Record<string, Json | undefined>>;

/** Evaluates JSONata as Step Functions does. Expressions are compiled once. */
export class Expressions {
  readonly #compiled = new Map<string, jsonata.Expression>();
  #nowMs = 0;

  /** Fills in every expression of a field. @throws StateError */
  async fill(template: Json, bindings: Bindings, nowMs: number): Promise<Json> {
    this.#nowMs = nowMs;
    const filled = await this.#fill(template, bindings);
    if (isTooLarge(JSON.stringify(filled))) throw tooLarge();
    return filled;
  }

  async #fill(template: Json, bindings: Bindings): Promise<Json> {
    const source = expressionIn(template);
    if (source !== undefined) return this.#evaluate(source, bindings);
    if (isArray(template)) {
      const filled: Json[] = [];
      for (const one of template) filled.push(await this.#fill(one, bindings));
      return filled;
    }
    if (!isObject(template)) return template;
    const entries: [string, Json][] = [];
    for (const [name, one] of Object.entries(template)) {
      entries.push([name, await this.#fill(one ?? null, bindings)]);
    }
    return Object.fromEntries(entries);
  }

  async #evaluate(source: string, bindings: Bindings): Promise<Json> {
    let text: string | undefined;
    try {
      // What is given on is JSON and nothing else: no function, no sequence of JSONata's.
      text = JSON.stringify(await this.#expression(source).evaluate(undefined, bindings), withoutFunctions);
    } catch (error) {
      const message = error instanceof Object && 'message' in error ? error.message : error;
      throw queryFailed(`The JSONata expression '${source.trim()}' threw an error: ${String(message)}`);
    }
    if (text === undefined) {
      throw queryFailed(`The JSONata expression '${source.trim()}' returned nothing (undefined).`);
    }
    return parseJson(text);
  }

  #expression(source: string): jsonata.Expression {
    const known = this.#compiled.get(source);
    if (known !== undefined) return known;
    const compiled = jsonata(source);
    for (const { name, apply, signature } of STEP_FUNCTIONS_ADDS) {
      compiled.registerFunction(name, apply, signature);
    }
    // JSONata reads the machine's clock; the engine's may be ahead of it.
    const now = (): number => this.#nowMs;
    compiled.registerFunction('millis', now, '<:n>');
    compiled.registerFunction(
      'now',
      function (picture?: string, zone?: string): string {
        return this.environment.lookup('fromMillis').implementation.call(this, now(), picture, zone);
      },
      '<s?s?:s>',
    );
    this.#compiled.set(source, compiled);
    return compiled;
  }
}

/** JSONata's functions are objects or functions of JavaScript. */
function withoutFunctions(_name: string, value: unknown): unknown {
  const marked = typeof value === 'object' && value !== null ? value : {};
  if (typeof value === 'function' || '_jsonata_lambda' in marked || '_jsonata_function' in marked) {
    throw new Error('the result holds a function');
  }
  return value;
}

export function tooLarge(): StateError {
  return new StateError('States.DataLimitExceeded', 'The data is larger than 262144 bytes.');
}

/** @throws StateError when a field that counts seconds holds anything but a whole number in range. */
export function wholeSeconds(value: Json, field: string, least = 0): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > 99_999_999) {
    throw queryFailed(`${field} must be a whole number between ${least} and 99999999.`);
  }
  return value;
}

export const bindingsOf = (states: JsonObject, variables: JsonObject): Bindings => ({ ...variables, states });
