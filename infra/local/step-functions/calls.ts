import { StateError } from './errors.ts';
import type { Call } from './frame.ts';
import { isArray, isObject, type Json, type JsonObject, parseJson } from './json.ts';

/** The world outside, as tasks reach it. What is called may be called again after a crash. */
export interface Ports {
  /** Answers the function's result. What it throws is the function's error: its name is what Catch sees. */
  invokeFunction(functionArn: string, payload: Json): Promise<unknown>;
  putEvents(entries: readonly JsonObject[]): Promise<unknown>;
  /** `getItem`, `putItem` or `updateItem`, with values in DynamoDB's own JSON. */
  dynamoDb(action: string, args: JsonObject): Promise<unknown>;
}

/** Makes a call and answers the task's result as AWS shapes it. @throws StateError */
export async function perform(ports: Ports, { action, args }: Call, executionArn: string): Promise<Json> {
  const [service = '', verb = ''] = action.split(/[:.]/);
  switch (service) {
    case 'lambda':
      return lambda(ports, args);
    case 'events':
      return events(ports, args, executionArn);
    default:
      return jsonOf(await ofService('DynamoDB', () => ports.dynamoDb(verb, args)));
  }
}

async function lambda(ports: Ports, { FunctionName, Payload = {}, Qualifier }: JsonObject): Promise<Json> {
  const arn = Qualifier === undefined ? String(FunctionName) : `${FunctionName}:${Qualifier}`;
  try {
    const result = jsonOf(await ports.invokeFunction(arn, Payload));
    return { ExecutedVersion: '$LATEST', Payload: result, StatusCode: 200 };
  } catch (error) {
    const { name, message, stack } = asError(error);
    const trace = stack?.split('\n').map((line) => line.trim()) ?? [];
    throw new StateError(name, JSON.stringify({ errorType: name, errorMessage: message, trace }));
  }
}

async function events(ports: Ports, { Entries }: JsonObject, executionArn: string): Promise<Json> {
  const entries = (isArray(Entries) ? Entries : []).map((entry): JsonObject => {
    const { Detail = {}, Resources, ...rest } = isObject(entry) ? entry : {};
    const resources = isArray(Resources) ? Resources : [];
    return {
      ...rest,
      Detail: typeof Detail === 'string' ? Detail : JSON.stringify(Detail),
      // As Step Functions does, so that a consumer knows who sent it.
      Resources: [...resources, executionArn],
    };
  });
  const result = jsonOf(await ofService('EventBridge', () => ports.putEvents(entries)));
  if (isObject(result) && typeof result['FailedEntryCount'] === 'number' && result['FailedEntryCount'] > 0) {
    throw new StateError('EventBridge.FailedEntry', JSON.stringify(result));
  }
  return result;
}

async function ofService<T>(service: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { name, message } = asError(error);
    throw new StateError(`${service}.${name === 'Error' ? 'SdkClientException' : name}`, message);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

const jsonOf = (value: unknown): Json => parseJson(JSON.stringify(value ?? null));
