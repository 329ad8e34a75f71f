import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { keepTime } from '../../../infra/local/step-functions/alarm.ts';
import { operations } from '../../../infra/local/step-functions/api.ts';
import { LAPTOP, machineArn } from '../../../infra/local/step-functions/arn.ts';
import { Engine } from '../../../infra/local/step-functions/engine.ts';
import { Store } from '../../../infra/local/step-functions/store.ts';

/** A process to be killed: works through 300 numbered effects on a real clock, then says `done`. */
const [folder = '.'] = process.argv.slice(2);
const effects = join(folder, 'effects.txt');
const done = new Set(existsSync(effects) ? readFileSync(effects, 'utf8').split('\n') : []);

const engine = new Engine({
  store: new Store(join(folder, 'workflows.sqlite')),
  clock: { now: () => Date.now() },
  ports: {
    invokeFunction: async (_arn, key) => {
      console.log('call');
      if (!done.has(String(key))) appendFileSync(effects, `${key}\n`);
      done.add(String(key));
    },
    putEvents: async () => ({}),
    dynamoDb: async () => ({}),
  },
});
const definition = JSON.stringify({
  QueryLanguage: 'JSONata',
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      Items: '{% $range(1, 300, 1) %}',
      MaxConcurrency: 4,
      ItemProcessor: {
        StartAt: 'Do',
        States: {
          Do: {
            Type: 'Task',
            Resource: 'arn:aws:states:::lambda:invoke',
            Arguments: { FunctionName: 'effect', Payload: '{% $states.input %}' },
            End: true,
          },
        },
      },
      Output: '{% $count($states.result) %}',
      End: true,
    },
  },
});

keepTime(engine);
await engine.start();
const api = operations(engine, LAPTOP);
await api.get('CreateStateMachine')?.run({ name: 'm', definition, roleArn: 'arn:local:iam::0:role/r' });
const stateMachineArn = machineArn(LAPTOP, 'm');
await api.get('StartExecution')?.run({ stateMachineArn, name: 'one' });
console.log('ready');
await engine.idle();
const told = await engine.transact((store) => store.executionsOf(stateMachineArn, undefined));
console.log(`done ${told.map(({ status, output }) => `${status} ${output}`).join()}`);
await engine.stop();
