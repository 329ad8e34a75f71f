import { contexts } from '../../../infra/contexts.ts';
import { itemBytes } from '../../../shared/data/capacity.ts';
import type { TestDeps } from '../../support/deps.ts';
import type { Meter, Units } from '../../support/meter.ts';

/** What something that people do comes to from its first request to its end, with all that follows of it. */
export interface Story {
  /** Over HTTP. */
  readonly requests: number;
  /** Of the requests. */
  readonly asked: Units;
  /** Of events, tasks and timers; messages to people apart. */
  readonly followed: Units;
  readonly events: number;
  /** Workers that hear one of the events, each time. */
  readonly deliveries: number;
  /** Of the deliveries: to notification, each of which tells somebody something. */
  readonly messages: number;
  /** Of the deliveries: to contexts that are not part of the scene, so that what they do is not in `followed`. */
  readonly elsewhere: number;
  /** Calls of a worker by a state machine. */
  readonly tasks: number;
  /** What stands in the table in the end, without its indexes. */
  readonly bytes: number;
}

export interface Scene {
  readonly meter: Meter;
  readonly deps: Pick<TestDeps, 'all'>;
  /** Contexts whose workers hear what happens. */
  readonly heardBy: readonly string[];
  /** Calls of a worker by the scene's machine so far. */
  readonly tasks?: () => number;
}

/** Measures what `work` does in this scene; what was there before is not part of it. */
export async function told(scene: Scene, work: () => Promise<void>): Promise<Story> {
  const { meter, deps, tasks = () => 0 } = scene;
  const before = { ...snapshot(meter), bytes: bytesOf(deps), tasks: tasks() };
  await work();
  const asked = minus(meter.asked, before.asked);
  const events = meter.events.slice(before.events);
  const heard = events.flatMap((type) => subscribers(type));
  return {
    requests: meter.requests - before.requests,
    asked,
    followed: minus(minus(meter.total, before.total), asked),
    events: events.length,
    deliveries: heard.length,
    messages: heard.filter((name) => name === 'notification').length,
    elsewhere: heard.filter((name) => name !== 'notification' && !scene.heardBy.includes(name)).length,
    tasks: tasks() - before.tasks,
    bytes: bytesOf(deps) - before.bytes,
  };
}

/** Contexts whose worker hears it. */
function subscribers(type: string): readonly string[] {
  return contexts
    .filter(({ subscriptions }) => subscriptions.some(({ event }) => event === type))
    .map(({ name }) => name);
}

function snapshot({ total, asked, requests, events }: Meter) {
  return { total, asked, requests, events: events.length };
}

const minus = ([a, b, c]: Units, [x, y, z]: Units): Units => [a - x, b - y, c - z];

function bytesOf({ all }: Pick<TestDeps, 'all'>): number {
  return all().reduce((sum, item) => sum + itemBytes(item), 0);
}
