import aslValidator from 'asl-validator';
import { contexts } from '../../../infra/contexts.ts';
import { readDefinition } from '../../../infra/local/step-functions/check-definition.ts';
import { type Flow, innerFlows, type Task } from '../../../infra/local/step-functions/definition.ts';
import { lint } from '../../../infra/local/step-functions/lint.ts';
import type { Machine } from '../../../infra/machines.ts';
import type { Context } from '../../../shared/context.ts';

const surroundings = {
  partition: 'aws-cn',
  worker: (context: string) => `arn:aws-cn:lambda:cn-north-1:111122223333:function:city-${context}-worker`,
};

/** What is wrong with a machine: its definition, and how it fits the contexts. Empty: it can be deployed. */
export function machineFaults(machine: Machine, among: readonly Context[] = contexts): readonly string[] {
  const definition = machine.definition.fill(surroundings);
  // asl-validator's pattern for an expression ends at a line's end; AWS's does not.
  const onOneLine = definition.replaceAll('\\n', ' ');
  const { errors } = aslValidator(JSON.parse(onOneLine));
  return [
    ...errors.map((error) => `asl-validator: ${JSON.stringify(error)}`),
    ...lint(definition).map(({ path, message }) => `lint: ${message} at ${path}`),
    ...fitFaults(machine, definition, among),
  ];
}

function fitFaults(
  { name, owner }: Machine,
  definition: string,
  among: readonly Context[],
): readonly string[] {
  const faults: string[] = [];
  if (!among.some((context) => context.name === owner)) faults.push(`its owner ${owner} is no context`);
  if (!among.some(({ workflows }) => workflows.starts.includes(name))) faults.push('no context may start it');
  const { definition: parsed } = readDefinition(definition);
  if (parsed === undefined) return faults;
  for (const [state, { Resource, Arguments }] of tasksIn(parsed)) {
    const { FunctionName, Payload } = Object(Arguments);
    const called = among.find((context) => surroundings.worker(context.name) === FunctionName);
    if (called === undefined) faults.push(`${state} calls no worker of a context`);
    else if (called.tasks[Payload?.task] === undefined) {
      faults.push(`${state} calls the task ${Payload?.task}, which ${called.name} does not declare`);
    } else if (Resource.endsWith('.waitForTaskToken') && !called.workflows.answers.includes(name)) {
      faults.push(
        `${state} hands its token to ${called.name}, which does not declare that it answers ${name}`,
      );
    }
  }
  return faults;
}

function tasksIn(flow: Flow): readonly (readonly [string, Task])[] {
  return Object.entries(flow.States).flatMap(([name, state]) => [
    ...(state.Type === 'Task' ? [[name, state] as const] : []),
    ...innerFlows(state).flatMap((inner) => tasksIn(inner.flow)),
  ]);
}
