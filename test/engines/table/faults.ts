import { Readable } from 'node:stream';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** What the engine answers instead of, or after, doing its work. */
export interface Fault {
  /** The engine's error name; `reset` breaks the connection instead. */
  readonly error: string;
  readonly status?: number;
  /** Codes of a cancelled transaction's reasons. */
  readonly reasons?: readonly string[];
  /** The engine does its work, and only its answer is lost. */
  readonly afterwards?: true;
}

export interface Faults {
  /** Answered in turn, one a request; then the engine answers itself. */
  readonly next: Fault[];
  /** Names of the operations that were sent, each attempt once. */
  readonly sent: string[];
  /** What each attempt was asked with. */
  readonly inputs: unknown[];
}

/** Puts faults beneath the SDK, in the place of the network: errors are parsed by the SDK itself. */
export function injectFaults(client: DynamoDBClient): Faults {
  const faults: Faults = { next: [], sent: [], inputs: [] };
  client.middlewareStack.add(
    (next, context) => async (args) => {
      faults.sent.push(String(context['commandName']).replace('Command', ''));
      faults.inputs.push(args.input);
      const fault = faults.next.shift();
      if (fault === undefined) return next(args);
      if (fault.afterwards) await next(args);
      if (fault.error === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return { response: responseOf(fault), output: { $metadata: {} } };
    },
    { step: 'deserialize', name: 'faults', priority: 'low' },
  );
  return faults;
}

function responseOf({ error, status = 400, reasons }: Fault): object {
  const body = JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${error}`,
    message: 'the engine quotes secret-4',
    ...(reasons && { CancellationReasons: reasons.map((Code) => ({ Code })) }),
  });
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { statusCode: status, headers, body: Readable.from([Buffer.from(body)]) };
}
