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
    scheduleGroup: (context: string): string => `${city}-${context}`,
    stateMachine: (machine: string): string => `${city}-${machine}`,
    function: (context: string, entry: Entry): string => `${city}-${context}-${entry}`,
  } as const;
}
