import { createHash } from 'node:crypto';

/** Bits of SHA-256 as a number from 0 to `below`: the same for the same text, evenly spread over many. */
export function spread(text: string, below: number): number {
  const bytes = createHash('sha256').update(text).digest();
  return Math.floor((bytes.readUInt32BE(0) / 2 ** 32) * below);
}

/**
 * Rule N2: the same message has the same id, whoever makes it and however often. It begins with an instant of what it is
 * about, so that a list of messages is in the order of time.
 */
export function messageIdOf(about: string, parts: readonly [string, ...string[]]): string {
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 22);
  return `${about.replace(/\D/g, '').slice(0, 14)}-${digest}`;
}
