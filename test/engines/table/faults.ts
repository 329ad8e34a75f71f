import type { Answer, Post } from '../../../shared/aws/post.ts';

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
  /** How many of the next reads of many are answered with nothing processed, as a throttled table does. */
  heldBack: number;
  /** Names of the operations that were sent, each attempt once. */
  readonly sent: string[];
  /** What each attempt was asked with. */
  readonly inputs: string[];
  /** To be put in the place of the network: errors are read by the client itself. */
  readonly post: (real: Post) => Post;
}

export function networkFaults(): Faults {
  const faults: Faults = {
    next: [],
    heldBack: 0,
    sent: [],
    inputs: [],
    post: (real) => async (headers, body) => {
      faults.sent.push(String(headers['x-amz-target']).replace(/^.*\./, ''));
      faults.inputs.push(body);
      if (faults.heldBack > 0) {
        faults.heldBack -= 1;
        return { status: 200, text: JSON.stringify({ UnprocessedKeys: JSON.parse(body).RequestItems }) };
      }
      const fault = faults.next.shift();
      if (fault === undefined) return real(headers, body);
      if (fault.afterwards) await real(headers, body);
      if (fault.error === 'reset') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return answerOf(fault);
    },
  };
  return faults;
}

function answerOf({ error, status = 400, reasons }: Fault): Answer {
  const text = JSON.stringify({
    __type: `com.amazonaws.dynamodb.v20120810#${error}`,
    message: 'the engine quotes secret-4',
    ...(reasons && { CancellationReasons: reasons.map((Code) => ({ Code })) }),
  });
  return { status, text };
}
