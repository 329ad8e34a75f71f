import type { Appointment } from './store.ts';

/** What becomes of the charge of an appointment that ends: paid money is owed back, an open charge is void. */
export function refundIfPaid({ charge }: Pick<Appointment, 'charge'>): {
  readonly set: Readonly<Record<string, string>>;
} {
  if (charge?.status === 'PAID') return { set: { 'charge.status': 'REFUND_DUE' } };
  return { set: charge?.status === 'OPEN' ? { 'charge.status': 'VOID' } : {} };
}
