import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import { createMemoryTable } from '../../../shared/data/memory-table.ts';
import type { Item, Table } from '../../../shared/data/table.ts';
import { createDeps, type Deps } from '../../../shared/deps.ts';
import { noMetrics } from '../../../shared/observability/metrics.ts';
import type { City as PolicyCity } from '../../../shared/policy/city.ts';
import { noWorkflows, type Workflows } from '../../../shared/workflows/workflows.ts';
import {
  collectingLog,
  type LoggedLine,
  type TestClock,
  testClock,
  testEnv,
  testKms,
} from '../../support/deps.ts';
import { Dice } from '../../support/dice.ts';
import { watchedTable } from '../../support/watched-table.ts';
import { AuditWatch } from '../watch/audit.ts';
import { TransitionWatch } from '../watch/transitions.ts';
import { Container } from './container.ts';
import { gatedKms, gatedTable } from './gates.ts';
import { Mail } from './mail.ts';
import type { Part, Plan, Watch } from './part.ts';
import { policyOf } from './policy.ts';
import { seededIds, seedOf } from './random.ts';
import type { Scheduler } from './scheduler.ts';
import { Violation } from './violation.ts';

const MINUTE = 60_000;
/** What stands before the first step is made then. */
const FOUNDED = '2026-03-02T00:00:00.000Z';
const CONTAINERS = 3;
/** How far the clocks of two containers may be apart, each way. */
const MOST_SKEW_MINUTES = 5;
const STALE_SHARE = 0.2;
const LAG_MS = MINUTE;

/** Told of what happens, where somebody listens. */
export type Tell = (line: () => string) => void;

/** One city for one seed: its table, its containers and clock, its post, and all that is watched. */
export class City {
  readonly seed: number;
  /** For what stands before the first step; later choices are their task's. */
  readonly dice: Dice;
  readonly clock: TestClock;
  readonly scheduler: Scheduler;
  readonly contexts: readonly Context[];
  readonly mail: Mail;
  readonly containers: readonly Container[];
  readonly lines: LoggedLine[] = [];
  readonly policy: PolicyCity;
  /** The table that everything of the city goes through: gated where a task calls, watched always. */
  readonly table: Table;
  /** Put into all containers besides the house's. */
  #extras: Readonly<Record<string, unknown>> = {};
  readonly audit: AuditWatch;
  /** Asked in this order: whether a move is legal comes first. */
  readonly watches: Watch[];
  /** What somebody did not hear the end of. */
  readonly interrupted: Plan[] = [];
  readonly timers = new Map<string, number>();
  readonly tell: Tell;
  /** The machines of the city; out of reach where no workflow has one. */
  workflows: Workflows = noWorkflows;
  violation: Violation | undefined;
  writes = 0;
  readonly #memory: Table & { all(): Item[] };
  readonly #direct: Container;
  #built = 0;

  constructor(seed: number, parts: readonly Part[], scheduler: Scheduler, tell: Tell) {
    this.seed = seed;
    this.dice = new Dice(seedOf(seed, 'city'));
    this.scheduler = scheduler;
    this.tell = tell;
    this.clock = testClock(FOUNDED);
    this.contexts = [...new Set(parts.flatMap(({ contexts }) => contexts))];
    this.audit = new AuditWatch(this.contexts.map(({ name }) => name));
    this.watches = [new TransitionWatch(), this.audit];
    this.mail = new Mail(this.contexts);
    this.policy = policyOf(parts);
    this.#memory = createMemoryTable({
      clock: this.clock,
      onChange: (change) => this.#heard(change),
      stale: { lag: () => this.#lag(), maxLag: LAG_MS },
    });
    this.table = gatedTable(
      scheduler,
      watchedTable(this.#memory, () => this.look()),
    );
    this.containers = Array.from(
      { length: CONTAINERS },
      (_, index) =>
        new Container(
          'abc'[index] ?? '',
          Math.round((this.dice.next() * 2 - 1) * MOST_SKEW_MINUTES) * MINUTE,
          (container) => this.#build(container),
        ),
    );
    this.#direct = new Container('nobody', 0, (container) => this.#build(container));
  }

  /** Everything in the table. */
  all(): Item[] {
    return this.#memory.all();
  }

  /** The city's own hands, with the right time. */
  get direct(): Container {
    return this.#direct;
  }

  /** Within reach of every container from now on: a provider's client. */
  provide(extras: Readonly<Record<string, unknown>>): void {
    this.#extras = { ...this.#extras, ...extras };
    for (const container of [this.#direct, ...this.containers]) container.forget();
  }

  now(): string {
    return new Date(this.clock.now()).toISOString();
  }

  /** Holds what was written since the last look against all rules. @throws Violation */
  look(): void {
    if (this.violation !== undefined) throw this.violation;
    try {
      for (const watch of this.watches) watch.check();
    } catch (error) {
      this.violation = new Violation(error);
      throw this.violation;
    }
  }

  #heard(change: Change): void {
    this.writes += 1;
    const { key, new: item } = change;
    const id = `${key.pk}|${key.sk}`;
    const dueAt = item?.['dueAt'];
    if (typeof dueAt === 'string') this.timers.set(id, Date.parse(dueAt));
    else this.timers.delete(id);
    if (String(item?.['dueShard']).endsWith('#parked'))
      this.violation ??= new Violation(new Error(`TIMER: the timer of ${id} was given up`));
    for (const watch of this.watches) watch.onChange(change);
    this.mail.onChange(change);
    this.tell(() => `      ${told(change)}`);
  }

  /** Only what a task reads may be old. */
  #lag(): number {
    const task = this.scheduler.current;
    return this.scheduler.isOn && task !== undefined && task.dice.next() < STALE_SHARE ? LAG_MS : 0;
  }

  #build({ name, skewMs }: Container): Deps {
    this.#built += 1;
    const deps = createDeps(testEnv('demo'), {
      table: this.table,
      city: this.policy,
      clock: { now: () => this.clock.now() + skewMs },
      // Each life of a container has ids of its own: they do not depend on what the others do.
      ids: seededIds(new Dice(seedOf(this.seed, `ids of ${name} ${this.#built}`))),
      kms: gatedKms(this.scheduler, testKms),
      log: collectingLog(this.lines),
      metrics: noMetrics,
      workflows: this.workflows,
    });
    return { ...deps, ...this.#extras };
  }
}

function told({ key, old, new: item }: Change): string {
  const status = (one: Item | undefined): string =>
    String(one?.['status'] ?? (one === undefined ? 'nothing' : '…'));
  return `${key.pk} ${key.sk}: ${status(old)} → ${status(item)} ${JSON.stringify(item)}`;
}
