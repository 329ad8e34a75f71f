import { join } from 'node:path';
import type { SQLInputValue } from 'node:sqlite';
import { expect, test } from 'vitest';
import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import type { Json } from '../../../infra/local/step-functions/json.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';
import { passTime as pass } from '../../support/workflows/pass-time.ts';
import { ManualClock } from '../local/manual-clock.ts';
import { tempFolder } from '../local/temp-folder.ts';
import { quietPorts, ROLE, START } from './rig.ts';

class Killed extends Error {}

/** Dies at one write, before or after it has reached the file. */
class MortalStore extends Store {
  writes = 0;
  #diesAt = Number.POSITIVE_INFINITY;
  #after = false;

  constructor(path: string, diesAt = Number.POSITIVE_INFINITY, after = false) {
    super(path);
    // What the process wrote outlives the process; only a power cut would need the disk to be asked.
    this.write('PRAGMA synchronous = OFF');
    this.writes = 0;
    this.#diesAt = diesAt;
    this.#after = after;
  }

  protected override write(sql: string, ...values: readonly SQLInputValue[]): number {
    this.writes += 1;
    if (this.writes === this.#diesAt && !this.#after) throw new Killed();
    const key = super.write(sql, ...values);
    if (this.writes === this.#diesAt) throw new Killed();
    return key;
  }
}

const effect = (key: string, more: object = {}): object => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'effect', Payload: { key } },
  Output: '{% $states.result.Payload %}',
  Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 5 }],
  ...more,
});
const name = '$states.context.Execution.Name';

const visit = {
  QueryLanguage: 'JSONata',
  StartAt: 'Rest',
  States: {
    Rest: { Type: 'Wait', Seconds: 7, Next: 'Write' },
    Write: effect(`{% ${name} & ":visit" %}`, { End: true }),
  },
};
const path = {
  QueryLanguage: 'JSONata',
  StartAt: 'Reserve',
  States: {
    Reserve: effect('{% "reserve" %}', { Assign: { held: true }, Next: 'Ask' }),
    Ask: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: 'ask', Payload: { token: '{% $states.context.Task.Token %}' } },
      TimeoutSeconds: 3600,
      Next: 'Tell',
    },
    Tell: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Resident', States: { Resident: effect('{% "resident" %}', { End: true }) } },
        {
          StartAt: 'Later',
          States: {
            Later: { Type: 'Wait', Seconds: 60, Next: 'Doctor' },
            Doctor: effect('{% "doctor" %}', { End: true }),
          },
        },
      ],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      Items: [1, 2, 3],
      MaxConcurrency: 2,
      ItemProcessor: {
        StartAt: 'One',
        States: { One: effect('{% "item" & $states.input %}', { End: true }) },
      },
      Next: 'Visit',
    },
    Visit: {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: machineArn(LAPTOP, 'visit'), Input: { from: `{% ${name} %}` } },
      TimeoutSeconds: 3600,
      Output: { each: '{% $states.input %}', visit: '{% $states.result.Output %}', held: '{% $held %}' },
      End: true,
    },
  },
};

/** The world outside: keeps what was done by its key, asks a person, and is busy at every first try. */
class World {
  readonly effects = new Set<string>();
  readonly asked = new Set<string>();
  readonly #tried = new Set<string>();
  calls = 0;

  async invoke(functionArn: string, payload: Json): Promise<Json> {
    this.calls += 1;
    const { key, token } = Object(payload);
    if (functionArn === 'ask') {
      this.asked.add(token);
      return null;
    }
    if (key === 'resident' && !this.#tried.has(key)) {
      this.#tried.add(key);
      throw Object.assign(new Error('at the first try'), { name: 'Busy' });
    }
    this.effects.add(key.replace(/^.*:/, ''));
    return key.replace(/^.*:/, '');
  }
}

/** One life of the engine's process: does what is left to do, or dies. */
async function live(store: Store, clock: ManualClock, world: World): Promise<void> {
  const engine = new Engine({
    store,
    clock,
    ports: { ...quietPorts, invokeFunction: (arn, payload) => world.invoke(arn, payload) },
  });
  const api = operations(engine, LAPTOP);
  const call = async (operation: string, body: object): Promise<Json> => {
    const known = api.get(operation);
    if (known === undefined) throw new Error(operation);
    return known.run(body);
  };
  try {
    await engine.start();
    await call('CreateStateMachine', { name: 'visit', definition: JSON.stringify(visit), roleArn: ROLE });
    await call('CreateStateMachine', { name: 'path', definition: JSON.stringify(path), roleArn: ROLE });
    await call('StartExecution', { stateMachineArn: machineArn(LAPTOP, 'path'), name: 'one', input: '{}' });
    await pass(engine, clock, 1000);
    for (const taskToken of world.asked) {
      // A client tries again after a crash, and learns that the first time had arrived.
      const refused = await call('SendTaskSuccess', { taskToken, output: '"yes"' }).catch(
        (error: Error) => error,
      );
      if (refused instanceof Killed) throw refused;
    }
    await pass(engine, clock, 600_000);
  } finally {
    store.close();
    await engine.stop();
  }
}

function outcomeOf(file: string): unknown {
  const store = new MortalStore(file);
  const executions = ['path', 'visit'].flatMap((machine) =>
    store.executionsOf(machineArn(LAPTOP, machine), undefined),
  );
  // A nested name tells which task of its parent asked for it; how often that was retried may differ.
  const told = executions.map(({ name, status, output }) => ({
    name: name.replace(/^one-.+/, 'nested'),
    status,
    output,
  }));
  store.close();
  return told;
}

test('200 deaths at random writes lose no effect, double none and change no outcome', async () => {
  const folder = tempFolder();
  const calm = new MortalStore(join(folder, 'calm.sqlite'));
  const world = new World();
  await live(calm, new ManualClock(START), world);
  const expected = outcomeOf(join(folder, 'calm.sqlite'));
  const effects = ['doctor', 'item1', 'item2', 'item3', 'reserve', 'resident', 'visit'];
  expect([...world.effects].toSorted()).toEqual(effects);
  expect(expected).toEqual([
    {
      name: 'one',
      status: 'SUCCEEDED',
      output: '{"each":["item1","item2","item3"],"visit":"visit","held":true}',
    },
    { name: 'nested', status: 'SUCCEEDED', output: '"visit"' },
  ]);

  let seed = 20_270_301;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  let deaths = 0;
  for (let round = 0; round < 200; round += 1) {
    const file = join(folder, `${round}.sqlite`);
    const clock = new ManualClock(START);
    const mortal = new World();
    const diesAt = 1 + random(calm.writes);
    const after = random(2) === 1;
    const hint = `round ${round}, write ${diesAt}, ${after ? 'after' : 'before'}`;
    await live(new MortalStore(file, diesAt, after), clock, mortal).catch((error: unknown) => {
      if (!(error instanceof Killed)) throw error;
      deaths += 1;
    });
    await live(new MortalStore(file), clock, mortal).catch((error: unknown) => {
      // The name is taken when the first life had finished already.
      if (!(error instanceof Error) || !('type' in error)) throw error;
    });
    expect(outcomeOf(file), hint).toEqual(expected);
    expect([...mortal.effects].toSorted(), hint).toEqual(effects);
  }
  expect(deaths).toBe(200);
}, 90_000);
