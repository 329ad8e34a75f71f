import { join } from 'node:path';
import { SFNClient } from '@aws-sdk/client-sfn';
import { onTestFinished } from 'vitest';
import type { Ports } from '../../../infra/local/step-functions/calls.ts';
import { Engine, type EngineParts } from '../../../infra/local/step-functions/engine.ts';
import { serveStepFunctions } from '../../../infra/local/step-functions/server.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { passTime } from '../../support/workflows/pass-time.ts';
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
  readonly endpoint: string;
  /** Lets time pass as the laptop's time machine does: from one appointment to the next. */
  pass(ms: number): Promise<void>;
}

export interface RigOptions extends Partial<Omit<EngineParts, 'ports' | 'clock'>> {
  readonly ports?: Partial<Ports>;
  readonly clock?: ManualClock;
}

export interface OpenRig extends Rig {
  close(): Promise<void>;
}

/** A served engine with a clock that stands still, until it is closed. */
export async function openRig({
  ports,
  clock = new ManualClock(START),
  ...parts
}: RigOptions = {}): Promise<OpenRig> {
  const store = parts.store ?? new Store(':memory:');
  const engine = new Engine({ ...parts, store, clock, ports: { ...quietPorts, ...ports } });
  await engine.start();
  const server = await serveStepFunctions({ engine });
  const sfn = new SFNClient({
    endpoint: server.endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  const close = async (): Promise<void> => {
    sfn.destroy();
    await server.stop();
    await engine.stop();
  };
  return { engine, clock, sfn, endpoint: server.endpoint, pass: (ms) => passTime(engine, clock, ms), close };
}

/** As `openRig`, on a file of its own, gone when the test ends. */
export async function rig({
  folder = tempFolder(),
  ...options
}: RigOptions & { folder?: string } = {}): Promise<Rig> {
  const opened = await openRig({ store: new Store(join(folder, 'workflows.sqlite')), ...options });
  onTestFinished(() => opened.close());
  return opened;
}
