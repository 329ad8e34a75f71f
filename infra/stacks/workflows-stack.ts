import type { Construct } from 'constructs';
import type { City } from '../cities/city.ts';
import { CityStack } from '../constructs/city-stack.ts';
import { StateMachine } from '../constructs/state-machine.ts';
import type { Machine } from '../machines.ts';

/** The city's state machines. After the contexts, whose workers they call. */
export class WorkflowsStack extends CityStack {
  constructor(scope: Construct, city: City, machines: readonly Machine[]) {
    super(scope, 'workflows', city, 'State machines');
    const key = this.sharedKey();
    for (const machine of machines) new StateMachine(this, this, { machine, key });
  }
}
