import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { stay } from '../support/workflows/stay/stay.ts';
import {
  type Found,
  nameOf,
  ofType,
  type Stack,
  synthesiseCities,
  testedCities,
  testedContexts,
  testedMachines,
  textOf,
} from './synthesised.ts';

const ROOT = join(import.meta.dirname, '..', '..');

let stacks: readonly Stack[];
let machines: readonly Found[];

beforeAll(() => {
  stacks = synthesiseCities();
  machines = ofType(stacks, 'AWS::StepFunctions::StateMachine');
});

const machineOf = ({ stack, Properties }: Found): string =>
  Properties.StateMachineName.slice(stack.city.id.length + 1);

const reference = (name: string): string => `\${${name}}`;

/** The file as it lies on the disk, read by nothing of ours. */
function fileOf(machine: string): unknown {
  const folder = machine === stay.name ? 'test/support/workflows' : 'workflows';
  return parse(readFileSync(join(ROOT, folder, machine, `${machine}.asl.yaml`), 'utf8'));
}

/** Statements of the policies of one role's construct. */
function statements(stack: Stack, logicalId: RegExp): readonly { Action: unknown; Resource: unknown }[] {
  return stack.resources
    .filter(({ Type, id }) => Type === 'AWS::IAM::Policy' && logicalId.test(id))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [value]);

describe('a state machine', () => {
  it('stands in every city, as often as it is declared', () => {
    expect(machines.map(nameOf)).toHaveLength(testedCities.length * testedMachines.length);
  });

  it('is its file, but for the ARNs of the city', () => {
    for (const found of machines) {
      const { city } = found.stack;
      const account = city.account ?? reference('AWS::AccountId');
      const partition = city.region.startsWith('cn-') ? 'aws-cn' : 'aws';
      const functions = `arn:${partition}:lambda:${city.region}:${account}:function:${city.id}-`;
      const text = textOf(found.Properties.DefinitionString)
        .split(functions)
        .map((part, index) =>
          index === 0 ? part : part.replace(/^([a-z]+)-worker/, (_, name) => reference(`${name}.worker`)),
        )
        .join('')
        .replaceAll(`arn:${partition}:states:::`, `arn:${reference('partition')}:states:::`);
      expect.soft(JSON.parse(text), nameOf(found)).toEqual(fileOf(machineOf(found)));
      expect(text).not.toContain('AWS::');
    }
  });

  it('is a standard one, and logs every step but nothing of what goes through it', () => {
    for (const { Properties } of machines) {
      expect.soft(Properties.StateMachineType).toBe('STANDARD');
      expect
        .soft(Properties.LoggingConfiguration)
        .toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
      expect.soft(Properties.LoggingConfiguration.Destinations).toHaveLength(1);
    }
  });

  it('may call the workers that its file names, and no other function', () => {
    for (const found of machines) {
      const { stack } = found;
      const { definition } = testedMachines.find(({ name }) => name === machineOf(found)) ?? stay;
      const called = statements(stack, new RegExp(`^${machineOf(found)}Role`))
        .filter(({ Action }) => Action === 'lambda:InvokeFunction')
        .flatMap(({ Resource }) => list(Resource))
        .map((arn) => textOf(arn).split(':function:')[1]);
      expect(called).toEqual(definition.workers.map((context) => `${stack.city.id}-${context}-worker`));
      expect(called.length).toBeGreaterThan(0);
    }
  });

  it('publishes a version of each definition, which stays when a newer one comes', () => {
    const versions = ofType(stacks, 'AWS::StepFunctions::StateMachineVersion');
    expect(versions).toHaveLength(machines.length);
    for (const { DeletionPolicy, Properties } of versions) {
      expect(DeletionPolicy).toBe('Retain');
      expect(textOf(Properties.StateMachineRevisionId)).toMatch(/\.StateMachineRevisionId\}$/);
    }
  });

  it('rings for each way in which an execution ends that nobody meant', () => {
    for (const { Properties, stack } of machines) {
      const rung = ofType([stack], 'AWS::CloudWatch::Alarm')
        .filter(({ Properties: { Dimensions } }) =>
          textOf(Dimensions[0].Value).endsWith(`:stateMachine:${Properties.StateMachineName}`),
        )
        .map((alarm) => alarm.Properties.MetricName);
      expect(rung.toSorted()).toEqual(['ExecutionsAborted', 'ExecutionsFailed', 'ExecutionsTimedOut']);
    }
  });
});

describe('the workers', () => {
  const rights = (stack: Stack, entry: 'Api' | 'Worker') =>
    statements(stack, new RegExp(`^${entry}Role`))
      .filter(({ Action }) => list(Action).some((action) => String(action).startsWith('states:')))
      .flatMap(({ Action, Resource }) =>
        list(Action).flatMap((action) =>
          list(Resource).map((arn) => `${action} ${textOf(arn).split(':stateMachine:')[1]}`),
        ),
      )
      .toSorted();

  it('may start and answer the machines that their context declares, and no function may do more', () => {
    for (const { name, workflows } of testedContexts) {
      for (const stack of stacks.filter((one) => one.name === name)) {
        const { id } = stack.city;
        const expected = [
          ...workflows.starts.map((machine) => `states:StartExecution ${id}-${machine}`),
          ...['Failure', 'Success'].flatMap((how) =>
            workflows.answers.map((machine) => `states:SendTask${how} ${id}-${machine}`),
          ),
        ].toSorted();
        expect.soft(rights(stack, 'Worker'), `${id} ${name}`).toEqual(expected);
        expect.soft(rights(stack, 'Api'), `${id} ${name}`).toEqual([]);
      }
    }
  });

  it('are told where the machines are, if their context uses any, and HTTP functions never', () => {
    for (const { Properties, stack } of ofType(stacks, 'AWS::Lambda::Function')) {
      const { starts, answers } = testedContexts.find(({ name }) => name === stack.name)?.workflows ?? {
        starts: [],
        answers: [],
      };
      const used = starts.length + answers.length > 0 && Properties.FunctionName.endsWith('-worker');
      const prefix = Properties.Environment.Variables.STATE_MACHINE_ARN_PREFIX;
      expect.soft(prefix !== undefined, Properties.FunctionName).toBe(used);
      if (used) expect(textOf(prefix)).toMatch(new RegExp(`:stateMachine:${stack.city.id}-$`));
    }
  });
});
