import type { Ports } from '../../../infra/local/step-functions/calls.ts';
import { isObject, type Json } from '../../../infra/local/step-functions/json.ts';

class Named extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** Functions whose name says what they do: `echo`, `fails/Busy`, `flaky/2/Busy`, `big`, `hangs`, `forgets`. */
export function scriptedPorts(): Ports & { readonly calls: { arn: string; payload: Json }[] } {
  const calls: { arn: string; payload: Json }[] = [];
  const failed = new Map<string, number>();
  return {
    calls,
    invokeFunction: async (arn, payload) => {
      calls.push({ arn, payload });
      const [what, ...words] = arn.split('/');
      const [first = '', second = ''] = words;
      switch (what) {
        case 'fails':
          throw new Named(first, `${first} happened`);
        case 'flaky': {
          const key = JSON.stringify([arn, payload]);
          const times = failed.get(key) ?? 0;
          failed.set(key, times + 1);
          if (times < Number(first)) throw new Named(second, `attempt ${times + 1}`);
          return { attempts: times + 1 };
        }
        case 'big':
          return 'x'.repeat(Number(first));
        case 'hangs':
          return new Promise<never>(() => undefined);
        case 'forgets':
          return undefined;
        default:
          return payload;
      }
    },
    putEvents: async (entries) => {
      const failing = entries.filter(({ DetailType }) => DetailType === 'refused').length;
      if (entries.some(({ DetailType }) => DetailType === 'denied')) {
        throw new Named('AccessDeniedException', 'not allowed');
      }
      return {
        FailedEntryCount: failing,
        Entries: entries.map((entry) => ({ EventId: JSON.stringify(entry) })),
      };
    },
    dynamoDb: async (action, args) => {
      const { TableName } = args;
      if (TableName === 'conflicted') {
        throw new Named('ConditionalCheckFailedException', 'The conditional request failed');
      }
      return { action, args: isObject(args) ? args : {} };
    },
  };
}
