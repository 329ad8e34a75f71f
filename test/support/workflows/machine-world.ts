import type { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { Json, JsonObject } from '../../../infra/local/step-functions/json.ts';
import type { Context } from '../../../shared/context.ts';
import type { Change } from '../../../shared/data/memory-store.ts';
import type { DomainEvent, Table } from '../../../shared/data/table.ts';
import { createWorker } from '../../../shared/worker.ts';
import { createStepFunctions } from '../../../shared/workflows/step-functions.ts';
import { LAMBDA } from '../../contexts/booking/scene.ts';
import { broughtBy, onTheBus } from '../bus.ts';
import { type TestDeps, type TestDepsOptions, testDeps } from '../deps.ts';
import type { Dice } from '../dice.ts';
import { ARN_PREFIX, type Machinery, openMachinery } from './machinery.ts';

/**
 * Contexts over one table, with the very machine of one of them on the embedded engine, events that are delivered and
 * time that passes: what the laptop's city does, without its HTTP listener.
 */
export interface MachineWorld {
  readonly deps: TestDeps;
  readonly engine: Engine;
  /** Delivers every event and lets the machine come to rest. */
  settle(): Promise<void>;
  /** Lets time pass from one thing that is due to the next. */
  pass(ms: number): Promise<void>;
  /** Delivers one event, out of turn, now and then one that comes again. */
  deliverOne(dice: Dice): Promise<void>;
  /** From now on events are delivered again. */
  release(): void;
  /** Calls Step Functions' API. */
  sfn(operation: string, body: JsonObject): Promise<JsonObject>;
  readonly machineArn: string;
  /** How many tasks the machine has had done. */
  readonly tasks: () => number;
  /** Types of all events so far, oldest first. */
  readonly events: readonly { readonly type: string; readonly data: Record<string, unknown> }[];
  close(): Promise<void>;
}

export interface MachineWorldOptions extends TestDepsOptions {
  /** Its machine is named as it is. */
  readonly owner: Context;
  /** Swept and told of events besides the owner, before it. */
  readonly others?: readonly Context[];
  /** Shared with the worlds before this one; left out: its own. */
  readonly machinery?: Machinery;
  /** Events wait until `deliverOne` or `release`. */
  readonly heldBack?: boolean;
  /** Put between the contexts and the table. */
  readonly wrap?: (table: Table) => Table;
}

export async function openMachineWorld({
  owner,
  others = [],
  machinery: shared,
  heldBack = false,
  wrap = (table) => table,
  ...options
}: MachineWorldOptions): Promise<MachineWorld> {
  const queue: DomainEvent[] = [];
  const heard: { type: string; data: Record<string, unknown> }[] = [];
  const timers = new Map<string, number>();
  let isHeldBack = heldBack;
  let tasks = 0;
  const onChange = (change: Change): void => {
    options.memory?.onChange?.(change);
    const { key, new: item } = change;
    const dueAt = item?.['dueAt'];
    if (typeof dueAt === 'string') timers.set(`${key.pk}|${key.sk}`, Date.parse(dueAt));
    else timers.delete(`${key.pk}|${key.sk}`);
    const event = broughtBy(change);
    if (event === undefined) return;
    queue.push(event);
    heard.push({ type: event.type, data: event.data });
  };
  const bare = testDeps({ ...options, memory: { ...options.memory, onChange } });
  const contexts = [...others, owner];
  const machinery = shared ?? (await openMachinery(owner.name));
  const { engine, sfn } = machinery;
  machinery.serve({
    clock: bare.clock,
    invokeFunction: async (arn, payload) => {
      const worker = workers.get(arn);
      if (worker === undefined) throw new Error(`no worker ${arn}`);
      tasks += 1;
      return worker(payload as never, LAMBDA);
    },
  });
  const client = {
    call: async (operation: string, input: object) => sfn(operation, { ...input } as Record<string, Json>),
  };
  const deps: TestDeps = {
    ...bare,
    table: wrap(bare.table),
    workflows: createStepFunctions({ client, arnPrefix: ARN_PREFIX, use: owner.workflows }),
  };
  const workers = new Map(contexts.map((context) => [context.name, createWorker(context, deps)]));

  async function deliver(event: DomainEvent): Promise<void> {
    for (const context of contexts) {
      if (!context.subscriptions.some((one) => one.event === event.type)) continue;
      await workers.get(context.name)?.({ detail: onTheBus(event) } as never, LAMBDA);
    }
  }

  async function settle(): Promise<void> {
    let failures = 0;
    for (;;) {
      if (isHeldBack) return;
      await engine.idle();
      const event = queue.shift();
      if (event === undefined) {
        await engine.idle();
        if (queue.length === 0) return;
        continue;
      }
      try {
        await deliver(event);
      } catch (error) {
        failures += 1;
        if (failures > 50) throw error;
        queue.push(event);
      }
    }
  }

  const nextTimer = (): number => Math.min(...timers.values(), Number.POSITIVE_INFINITY);

  async function atThisInstant(): Promise<void> {
    while ((await engine.fireDue(deps.clock.now())) > 0);
    await settle();
    if (nextTimer() > deps.clock.now()) return;
    for (const worker of workers.values()) await worker({ sweep: true }, LAMBDA);
    await settle();
  }

  return {
    async deliverOne(dice) {
      const index = dice.below(queue.length);
      const event = dice.next() < 0.15 ? queue[index] : queue.splice(index, 1)[0];
      if (event === undefined) return;
      try {
        await deliver(event);
      } catch (error) {
        // The bus delivers again what was not taken.
        queue.push(event);
        throw error;
      }
    },
    release() {
      isHeldBack = false;
    },
    deps,
    engine,
    settle,
    sfn,
    machineArn: machinery.machineArn,
    tasks: () => tasks,
    events: heard,
    async pass(ms) {
      const target = deps.clock.now() + ms;
      await atThisInstant();
      for (;;) {
        const wake = (await engine.nextAfter(deps.clock.now())) ?? Number.POSITIVE_INFINITY;
        const next = Math.min(wake, nextTimer());
        if (next > target) break;
        deps.clock.advance(Math.max(0, next - deps.clock.now()));
        await atThisInstant();
      }
      deps.clock.advance(target - deps.clock.now());
      await atThisInstant();
    },
    close: async () => {
      if (shared === undefined) await engine.stop();
    },
  };
}
