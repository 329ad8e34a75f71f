import { randomUUID } from 'node:crypto';
import type { Context as LambdaContext } from 'aws-lambda';

/** A Lambda entry as the contexts export it. */
export type LambdaHandler = (event: never, context: LambdaContext) => Promise<unknown>;

/** Named as in CloudWatch, so that logs read alike. */
export interface LambdaSettings {
  readonly functionName: string;
  readonly timeoutSeconds: number;
}

export class LambdaTimeoutError extends Error {
  constructor({ functionName, timeoutSeconds }: LambdaSettings) {
    super(`${functionName} did not answer within ${timeoutSeconds} s`);
    this.name = 'LambdaTimeoutError';
  }
}

/** Calls a handler in this process as Lambda does: the event and the answer cross as JSON, time is limited. */
export async function invoke(
  handler: LambdaHandler,
  event: unknown,
  settings: LambdaSettings,
): Promise<unknown> {
  const deadline = Date.now() + settings.timeoutSeconds * 1000;
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new LambdaTimeoutError(settings)), settings.timeoutSeconds * 1000);
  });
  try {
    const copy = JSON.parse(JSON.stringify(event)) as never;
    const answer = await Promise.race([handler(copy, lambdaContext(settings, deadline)), timeout]);
    return answer === undefined ? null : JSON.parse(JSON.stringify(answer));
  } finally {
    clearTimeout(timer);
  }
}

function lambdaContext({ functionName }: LambdaSettings, deadline: number): LambdaContext {
  return {
    functionName,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionName,
    memoryLimitInMB: '512',
    awsRequestId: randomUUID(),
    logGroupName: functionName,
    logStreamName: 'laptop',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
    done: () => undefined,
    fail: () => undefined,
    succeed: () => undefined,
  };
}
