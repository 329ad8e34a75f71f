import type { Context, Schedule, Subscription, Task, TimerHandler } from './context.ts';
import { faultsOfContext } from './context-faults.ts';
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

/** A context that cannot be served as it is declared. */
export class InvalidContext extends Error {
  override readonly name = 'InvalidContext';

  constructor(context: string, faults: readonly string[]) {
    super(`${context}: ${faults.join('; ')}`);
  }
}

/**
 * One bounded context, declared once: Lambda functions, CDK, the laptop, OpenAPI and the access matrix read it.
 * @throws InvalidContext with everything that is wrong
 */
export function defineContext<D extends Deps = Deps>(declaration: ContextDeclaration<D>): Context {
  const context = {
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
  const faults = faultsOfContext(context);
  if (faults.length > 0) throw new InvalidContext(context.name, faults);
  return context;
}
