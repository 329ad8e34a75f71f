import { Stage } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { Context } from '../../shared/context.ts';
import type { City } from '../cities/city.ts';
import type { Machine } from '../machines.ts';
import { ContextStack } from './context-stack.ts';
import { DataStack } from './data-stack.ts';
import { EdgeStack } from './edge-stack.ts';
import { EventsStack } from './events-stack.ts';
import { ObservabilityStack } from './observability-stack.ts';
import { WorkflowsStack } from './workflows-stack.ts';

export interface CityStageProps {
  readonly city: City;
  readonly contexts: readonly Context[];
  readonly machines: readonly Machine[];
  /** Folder that `npm run build` wrote. */
  readonly dist: string;
}

/** A whole city. Stacks know each other by name only, so their order of deployment has to be said. */
export class CityStage extends Stage {
  constructor(scope: Construct, { city, contexts, machines, dist }: CityStageProps) {
    super(scope, city.id);
    const data = new DataStack(this, city);
    const observability = new ObservabilityStack(this, city, contexts);
    observability.addStackDependency(data);
    const events = new EventsStack(this, city);
    events.addStackDependency(observability);
    const edge = new EdgeStack(this, city, contexts);
    const workflows = machines.length === 0 ? undefined : new WorkflowsStack(this, city, machines);
    for (const context of contexts) {
      const stack = new ContextStack(this, city, { context, dist });
      stack.addStackDependency(events);
      edge.addStackDependency(stack);
      workflows?.addStackDependency(stack);
    }
  }
}
