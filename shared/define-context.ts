import type { Context, Schedule, Subscription, Task, TimerHandler } from './context.ts';
import type { Deps } from './deps.ts';

/** A context as it is written: what it is called with is what its `provide` makes. */
export interface ContextDeclaration<D extends Deps>
  extends Pick<Context, 'name' | 'errors' | 'routes'>,
    Partial<Pick<Context, 'grants' | 'objects' | 'workflows'>> {
  readonly tasks?: Readonly<Record<string, Task<D>>>;
  readonly subscriptions?: readonly Subscription<D>[];
  readonly timers?: Readonly<Record<string, TimerHandler<D>>>;
  readonly schedules?: readonly Schedule<D>[];
  readonly provide?: (deps: Deps) => D;
}

/** One bounded context, declared once: Lambda functions, CDK, the laptop, OpenAPI and the access matrix read it. */
export function defineContext<D extends Deps = Deps>(declaration: ContextDeclaration<D>): Context {
  return {
    tasks: {},
    subscriptions: [],
    timers: {},
    schedules: [],
    grants: [],
    objects: { read: false, write: false },
    workflows: { starts: [], answers: [] },
    provide: (deps: Deps) => deps,
    ...declaration,
    // Here what they are called with is forgotten: the entries hand them what `provide` made, and nothing else.
  } as unknown as Context;
}
