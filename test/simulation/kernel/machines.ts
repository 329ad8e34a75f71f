import { LAPTOP } from '../../../infra/local/step-functions/arn.ts';
import type { Json } from '../../../infra/local/step-functions/json.ts';
import { readDefinitionFile } from '../../../infra/workflows/definition.ts';
import { createStepFunctions } from '../../../shared/workflows/step-functions.ts';
import { Dice } from '../../support/dice.ts';
import { ARN_PREFIX, type Machinery, openMachinery } from '../../support/workflows/machinery.ts';
import type { City } from './city.ts';
import { seedOf } from './random.ts';

interface Execution {
  readonly machine: string;
  readonly status: string;
  readonly executionArn: string;
}

/** One engine a process serves city after city; one that a violation left in disorder is thrown away. */
let kept: { readonly names: string; readonly machinery: Machinery } | undefined;

/** The very definitions of the city's state machines on the embedded engine, in the city's virtual time. */
export class Machines {
  readonly #city: City;
  readonly #names: readonly string[];
  readonly #calls = new Map<string, number>();
  #machinery: Machinery | undefined;

  constructor(city: City, names: readonly string[]) {
    this.#city = city;
    this.#names = names;
  }

  get isNeeded(): boolean {
    return this.#names.length > 0;
  }

  async open(): Promise<void> {
    if (!this.isNeeded) return;
    const names = this.#names.join();
    const machinery = kept?.names === names ? kept.machinery : await opened(this.#names);
    kept = undefined;
    this.#machinery = machinery;
    const { scheduler, contexts, clock } = this.#city;
    machinery.serve({ clock, invokeFunction: (arn, payload) => this.#invoke(arn, payload) });
    const call = (operation: string, input: object) =>
      scheduler.call('other', operation, () =>
        scheduler.apart(() => machinery.sfn(operation, { ...input } as Record<string, Json>)),
      );
    this.#city.workflows = createStepFunctions({
      client: { call },
      arnPrefix: ARN_PREFIX,
      use: {
        starts: contexts.flatMap(({ workflows }) => workflows.starts),
        answers: contexts.flatMap(({ workflows }) => workflows.answers),
      },
    });
  }

  async fireDue(): Promise<number> {
    const machinery = this.#machinery;
    if (machinery === undefined) return 0;
    return this.#city.scheduler.apart(() => machinery.engine.fireDue(this.#city.clock.now()));
  }

  async idle(): Promise<void> {
    await this.#machinery?.engine.idle();
  }

  async nextAfter(now: number): Promise<number | undefined> {
    return this.#machinery?.engine.nextAfter(now);
  }

  /** One of those that run is ended from outside, as an operator may do. */
  async killOne(dice: Dice): Promise<void> {
    const machinery = this.#machinery;
    await this.#city.scheduler.apart(async () => {
      const running = (await this.executions()).filter(({ status }) => status === 'RUNNING');
      if (machinery === undefined || running.length === 0) return;
      const { executionArn } = dice.pick(running);
      await machinery.sfn('StopExecution', { executionArn }).catch(() => undefined);
    });
  }

  /** All executions, by machine. */
  async executions(): Promise<readonly Execution[]> {
    const machinery = this.#machinery;
    if (machinery === undefined) return [];
    const found: Execution[] = [];
    for (const machine of this.#names) {
      const stateMachineArn = `${ARN_PREFIX}${machine}`;
      const { executions } = await machinery.sfn('ListExecutions', { stateMachineArn });
      for (const one of executions as { status: string; executionArn: string }[])
        found.push({ machine, ...one });
    }
    return found;
  }

  /** Whatever runs is forgotten, so that the next city finds an engine in which nothing ever ran. */
  async close(isClean: boolean): Promise<void> {
    const machinery = this.#machinery;
    if (machinery === undefined) return;
    if (!isClean) {
      void machinery.engine.stop();
      return;
    }
    await machinery.engine.transact((store) => store.forgetStoppedBefore(Number.MAX_SAFE_INTEGER));
    kept = { names: this.#names.join(), machinery };
  }

  /** A machine calls a worker: that runs in one of the containers, and dies with it. */
  #invoke(arn: string, payload: Json): Promise<unknown> {
    const { scheduler, contexts, containers, seed } = this.#city;
    const context = contexts.find(({ name }) => name === arn);
    if (context === undefined) throw new Error(`no worker ${arn}`);
    const { task = 'task' } = payload as { task?: string };
    const count = (this.#calls.get(task) ?? 0) + 1;
    this.#calls.set(task, count);
    const id = `${task}.${count}`;
    const dice = new Dice(seedOf(seed, id));
    const home = dice.pick(containers);
    this.#city.tell(
      () => `${this.#city.now()} ${id} in ${home.name}: the machine calls ${JSON.stringify(payload)}`,
    );
    return new Promise((resolve, reject) => {
      scheduler.start(
        { id, home, dice, since: this.#city.clock.now() },
        async () => {
          try {
            const answer = await home.work(context, payload as object);
            resolve(await scheduler.call('other', 'answers the machine', async () => answer));
          } catch (error) {
            reject(error);
            throw error;
          }
        },
        () => reject(endedWithoutAnswer(count)),
      );
    });
  }
}

/** What Step Functions makes of a function that ends without an answer: every other time a name that no machine knows. */
function endedWithoutAnswer(count: number): Error {
  const error = new Error('the function died');
  error.name = count % 2 === 0 ? 'Lambda.Unknown' : 'Runtime.Unknown';
  return error;
}

async function opened(names: readonly string[]): Promise<Machinery> {
  const [first = '', ...others] = names;
  const machinery = await openMachinery(first);
  for (const name of others)
    await machinery.sfn('CreateStateMachine', {
      name,
      definition: readDefinitionFile(name).fill({
        partition: LAPTOP.partition,
        worker: (context) => context,
      }),
      roleArn: 'arn:local:iam::000000000000:role/workflow',
    });
  return machinery;
}
