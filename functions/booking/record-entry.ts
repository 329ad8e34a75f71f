import { createHash } from 'node:crypto';
import { type Day, parseDay } from '../../shared/kernel/china-time.ts';
import { type Half, partsOf, scheduleOf } from './store.ts';

/**
 * One appointment in its patient's record. The record is read and written with every booking, so an entry is packed
 * into one string, and what the appointment's id says already (day, half, doctor) is not said again: fifteen entries
 * stay below 1 KB.
 */
export interface RecordEntry {
  readonly day: Day;
  readonly half: Half;
  readonly practitionerId: string;
  readonly institutionId: string;
  readonly departmentId: string;
  /** A active or attended, C cancelled by the patient, N no-show, X ended without fault of the patient. */
  readonly state: 'A' | 'C' | 'N' | 'X';
  /** Of the request's key: see `requestMark`. */
  readonly request: string;
  /** Day on which it ended otherwise than by a visit. */
  readonly endedOn?: Day;
  /** A paid fee was refunded on the day of the visit. */
  readonly sameDayRefund?: boolean;
}

export const MARK_LENGTH = 8;

/** 48 bits of a request's key: enough to know it again among one patient's few appointments. */
export function requestMark(requestKey: string): string {
  return createHash('sha256').update(requestKey).digest('base64url').slice(0, MARK_LENGTH);
}

export function packEntry(entry: RecordEntry): string {
  const { state, institutionId, departmentId, request, endedOn, sameDayRefund } = entry;
  const ended = endedOn === undefined ? '' : endedOn + (sameDayRefund === true ? 'R' : '');
  return [state, institutionId, departmentId, request, ended].join('|');
}

/** @throws Error where the text was not packed here */
export function unpackEntry(appointmentId: string, packed: string): RecordEntry {
  const [state, institutionId, departmentId, request, ended] = packed.split('|');
  if (
    (state !== 'A' && state !== 'C' && state !== 'N' && state !== 'X') ||
    institutionId === undefined ||
    departmentId === undefined ||
    request === undefined ||
    ended === undefined
  ) {
    throw new Error('not an entry of a patient record');
  }
  return {
    ...partsOf(scheduleOf(appointmentId)),
    state,
    institutionId,
    departmentId,
    request,
    ...(ended === '' ? {} : { endedOn: parseDay(ended.slice(0, 10)) }),
    ...(ended.endsWith('R') ? { sameDayRefund: true } : {}),
  };
}
