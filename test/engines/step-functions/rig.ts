import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { onTestFinished } from 'vitest';
import type { Ports } from '../../../infra/local/step-functions/calls.ts';
import { Engine, type EngineParts } from '../../../infra/local/step-functions/engine.ts';
import { serveStepFunctions } from '../../../infra/local/step-functions/server.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { ManualClock } from '../local/manual-clock.ts';
import { tempFolder } from '../local/temp-folder.ts';

export const ROLE = 'arn:local:iam::000000000000:role/workflow';
export const START = '2027-03-01T00:00:00.000Z';

export const quietPorts: Ports = {
  invokeFunction: async (_arn, payload) => payload,
  putEvents: async (entries) => ({
    FailedEntryCount: 0,
    Entries: entries.map((_, index) => ({ EventId: `event-${index}` })),
  }),
  dynamoDb: async () => ({}),
};

export interface Rig {
  readonly engine: Engine;
  readonly clock: ManualClock;
  readonly sfn: SFNClient;
  /** Lets time pass as the laptop's time machine does: from one appointment to the next. */
  pass(ms: number): Promise<void>;
}

export interface RigOptions extends Partial<Omit<EngineParts, 'ports' | 'clock'>> {
  readonly ports?: Partial<Ports>;
  readonly clock?: ManualClock;
  readonly folder?: string;
}

/** A served engine with a clock that stands still, gone when the test ends. */
export async function rig({
  ports,
  clock = new ManualClock(START),
  folder,
  ...parts
}: RigOptions = {}): Promise<Rig> {
  const store = parts.store ?? new Store(join(folder ?? tempFolder(), 'workflows.sqlite'));
  const engine = new Engine({ ...parts, store, clock, ports: { ...quietPorts, ...ports } });
  await engine.start();
  const server = await serveStepFunctions({ engine });
  const sfn = new SFNClient({
    endpoint: server.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  onTestFinished(async () => {
    sfn.destroy();
    await server.stop();
    await engine.stop();
  });
  return { engine, clock, sfn, pass: (ms) => pass(engine, clock, ms) };
}

export async function pass(engine: Engine, clock: ManualClock, ms: number): Promise<void> {
  const target = clock.now() + ms;
  for (;;) {
    while ((await engine.fireDue(clock.now())) > 0);
    const next = await engine.nextAfter(clock.now());
    if (next === undefined || next > target) break;
    clock.pass(next - clock.now());
  }
  clock.pass(target - clock.now());
  while ((await engine.fireDue(clock.now())) > 0);
}
