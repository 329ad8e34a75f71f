import { executionOperations } from './api/executions.ts';
import { machineOperations } from './api/machines.ts';
import type { Operation } from './api/operation.ts';
import { taskOperations } from './api/tasks.ts';
import type { Place } from './arn.ts';
import type { Engine } from './engine.ts';

/** The part of Step Functions' API that the product and its tools use, by operation. */
export function operations(engine: Engine, place: Place): ReadonlyMap<string, Operation> {
  return new Map(
    Object.entries({
      ...machineOperations(engine, place),
      ...executionOperations(engine),
      ...taskOperations(engine),
    }),
  );
}
