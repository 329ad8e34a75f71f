import type { Context } from '../../../shared/context.ts';
import type { Deps } from '../../../shared/deps.ts';
import { createWorker, type WorkerHandler } from '../../../shared/worker.ts';
import { LAMBDA } from '../../contexts/booking/scene.ts';

/** A Lambda's process: its clock is a little off, and what it has in memory is gone when it dies. */
export class Container {
  readonly name: string;
  readonly skewMs: number;
  readonly #build: (container: Container) => Deps;
  #life: { readonly deps: Deps; readonly workers: Map<string, WorkerHandler> } | undefined;

  constructor(name: string, skewMs: number, build: (container: Container) => Deps) {
    this.name = name;
    this.skewMs = skewMs;
    this.#build = build;
  }

  get deps(): Deps {
    return this.#alive.deps;
  }

  /** A message at the worker of a context. */
  work(context: Context, message: object): Promise<unknown> {
    const { deps, workers } = this.#alive;
    const worker = workers.get(context.name) ?? createWorker(context, deps);
    workers.set(context.name, worker);
    return worker(message as never, LAMBDA);
  }

  /** What comes next finds a new one. */
  forget(): void {
    this.#life = undefined;
  }

  get #alive(): { readonly deps: Deps; readonly workers: Map<string, WorkerHandler> } {
    this.#life ??= { deps: this.#build(this), workers: new Map() };
    return this.#life;
  }
}
