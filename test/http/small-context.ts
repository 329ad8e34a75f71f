import * as z from 'zod/mini';
import { type Context, type Route, route } from '../../shared/context.ts';
import { defineContext } from '../../shared/define-context.ts';
import type { Deps } from '../../shared/deps.ts';
import { type ApiHandler, createApi } from '../../shared/http/api.ts';
import { defineErrors } from '../../shared/kernel/errors.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../support/deps.ts';

export const smallErrors = defineErrors({
  THING_GONE: { status: 410, message: '已不存在', note: 'a refusal of a made-up context' },
});

/** A made-up context of the given routes. */
export function smallContext(routes: readonly Route[], more: Partial<Context> = {}): Context {
  return defineContext({ name: 'things', errors: smallErrors, routes, ...more });
}

export interface SmallCity {
  readonly api: ApiHandler;
  readonly deps: TestDeps;
}

export function smallCity(
  routes: readonly Route[],
  { context = {}, ...options }: TestDepsOptions & { readonly context?: Partial<Context> } = {},
): SmallCity {
  const deps = testDeps(options);
  return { deps, api: createApi(smallContext(routes, context), deps) };
}

/** A public reading route that answers what `handle` does. */
export function publicRoute(handle: (deps: Deps) => Promise<unknown>, path = '/things'): Route {
  return route({
    method: 'GET',
    path,
    summary: '读取',
    access: 'public',
    response: z.object({ name: z.string(), note: z.optional(z.string()) }),
    errors: ['THING_GONE'],
    // What a handler wrongly answers is what these tests are about.
    handle: async (deps) => (await handle(deps)) as { name: string },
  });
}
