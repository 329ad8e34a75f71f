import { createHash, randomInt } from 'node:crypto';
import { DAY_MS, dayOf, OFFSET_MS } from '../../../../shared/kernel/china-time.ts';

/** WeChat's numbers and ways of writing time. */

export function transactionId(nowMs: number): string {
  return `4200${digits(6)}${dayDigits(nowMs)}${digits(10)}`;
}

export function refundId(nowMs: number): string {
  return `5030${digits(7)}${dayDigits(nowMs)}${digits(10)}`;
}

export function prepayId(nowMs: number): string {
  return `wx${dayDigits(nowMs).slice(2)}${digits(22)}0000`;
}

export function callbackId(): string {
  return `EV-${digits(19)}`;
}

/** The same for the same request, however its fields are ordered. */
export function fingerprint(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(body)))
    .digest('base64url');
}

/** RFC 3339 in China, to the second. */
export function rfc3339(ms: number): string {
  return `${billTime(ms).replace(' ', 'T')}+08:00`;
}

/** `2026-11-23 08:00:00` in China. */
export function billTime(ms: number): string {
  const inDay = (((ms + OFFSET_MS) % DAY_MS) + DAY_MS) % DAY_MS;
  return `${dayOf(ms)} ${new Date(inDay).toISOString().slice(11, 19)}`;
}

function dayDigits(ms: number): string {
  return dayOf(ms).replaceAll('-', '');
}

function digits(count: number): string {
  return Array.from({ length: count }, () => randomInt(10)).join('');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.entries(value)
    .map(([name, field]) => [name, sorted(field)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}
