import { createHash } from 'node:crypto';
import { Aws } from 'aws-cdk-lib';

export type Entry = 'api' | 'worker';

/**
 * Physical names of a city's resources. Stacks meet by name instead of by CloudFormation exports, so that none
 * of them is pinned by another; what has no name of its own (key, stream) is passed by an SSM parameter.
 */
export function namesOf(city: string) {
  return {
    table: `${city}-table`,
    keyAlias: `alias/${city}`,
    keyArnParameter: `/${city}/key-arn`,
    streamArnParameter: `/${city}/stream-arn`,
    /** Bucket names are shared by all accounts of a partition. */
    files: `${city}-files-${Aws.ACCOUNT_ID}`,
    accessLogs: `${city}-access-logs-${Aws.ACCOUNT_ID}`,
    pipe: `${city}-outbox`,
    bus: `${city}-events`,
    eventSource: `tiered-care.${city}`,
    alarmTopic: `${city}-alarms`,
    rule: (context: string, eventType: string): string => within64(`${city}-${context}-${eventType}`),
    scheduleGroup: (context: string): string => `${city}-${context}`,
    stateMachine: (machine: string): string => `${city}-${machine}`,
    function: (context: string, entry: Entry): string => `${city}-${context}-${entry}`,
  } as const;
}

/** EventBridge's limit for a rule's name: what is longer keeps its beginning, and eight digits tell it from its like. */
function within64(name: string): string {
  if (name.length <= 64) return name;
  return `${name.slice(0, 55)}-${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
}
