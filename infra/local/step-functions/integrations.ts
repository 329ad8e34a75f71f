import { isObject, type Json, type JsonObject } from './json.ts';

export interface Integration {
  /** As the history names it. */
  readonly resourceType: string;
  readonly resource: string;
  /** Ends when somebody sends the token back. */
  readonly byToken: boolean;
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const lambda = { required: ['FunctionName'], optional: ['Payload', 'InvocationType', 'Qualifier'] };
const events = { required: ['Entries'], optional: [] };
const expressionNames = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const conditional = ['ConditionExpression', 'ReturnValues', 'ReturnValuesOnConditionCheckFailure'];

const ofResource = (
  resourceType: string,
  resource: string,
  fields: Pick<Integration, 'required' | 'optional'>,
): [string, Integration] => [
  `${resourceType}:${resource}`,
  { resourceType, resource, byToken: resource.endsWith('.waitForTaskToken'), ...fields },
];

const INTEGRATIONS: ReadonlyMap<string, Integration> = new Map([
  ofResource('lambda', 'invoke', lambda),
  ofResource('lambda', 'invoke.waitForTaskToken', lambda),
  ofResource('events', 'putEvents', events),
  ofResource('events', 'putEvents.waitForTaskToken', events),
  ofResource('states', 'startExecution.sync:2', {
    required: ['StateMachineArn'],
    optional: ['Input', 'Name'],
  }),
  ofResource('dynamodb', 'getItem', {
    required: ['TableName', 'Key'],
    optional: ['ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'],
  }),
  ofResource('dynamodb', 'putItem', {
    required: ['TableName', 'Item'],
    optional: [...expressionNames, ...conditional],
  }),
  ofResource('dynamodb', 'updateItem', {
    required: ['TableName', 'Key'],
    optional: ['UpdateExpression', ...expressionNames, ...conditional],
  }),
]);

export const SUPPORTED_RESOURCES: readonly string[] = [...INTEGRATIONS.keys()];

/** What a Task's Resource stands for, in any partition; undefined when the engine does not have it. */
export function integrationOf(resource: string): Integration | undefined {
  const name = /^arn:[a-z][a-z-]*:states:::(.+)$/.exec(resource)?.[1];
  return name === undefined ? undefined : INTEGRATIONS.get(name);
}

/** What is wrong with a task's arguments, as a sentence; undefined when nothing is. */
export function argumentFault(integration: Integration, args: Json): string | undefined {
  if (!isObject(args)) return 'Arguments must be an object';
  const unknown = Object.keys(args).find((name) => !fieldsOf(integration).includes(name));
  if (unknown !== undefined) return `Arguments has no field ${unknown}`;
  const missing = integration.required.find((name) => args[name] === undefined);
  if (missing !== undefined) return `Arguments needs the field ${missing}`;
  return valueFault(integration, args);
}

const fieldsOf = ({ required, optional }: Integration): readonly string[] => [...required, ...optional];

function valueFault({ resourceType }: Integration, args: JsonObject): string | undefined {
  const { FunctionName, InvocationType, StateMachineArn, Entries } = args;
  if (resourceType === 'lambda' && typeof FunctionName !== 'string') return 'FunctionName must be a string';
  if (InvocationType !== undefined && InvocationType !== 'RequestResponse') {
    return 'InvocationType must be RequestResponse';
  }
  if (resourceType === 'states' && typeof StateMachineArn !== 'string') {
    return 'StateMachineArn must be a string';
  }
  if (Entries !== undefined && !Array.isArray(Entries) && typeof Entries !== 'string') {
    return 'Entries must be an array';
  }
  return undefined;
}
