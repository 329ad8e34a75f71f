import type { Part } from '../kernel/part.ts';

/** What can be simulated, by name; loaded when it is asked for, since a mutant's file is patched while it is read. */
const PARTS: Readonly<Record<string, () => Promise<readonly Part[]>>> = {
  booking: async () => [(await import('./booking.ts')).bookingPart({ pays: true })],
  followup: async () => [(await import('./followup.ts')).followupPart({ tells: true })],
  notification: async () => [(await import('./notification.ts')).notificationPart({ tells: true })],
  referral: async () => [(await import('./referral.ts')).referralPart],
  signing: async () => [(await import('./signing.ts')).signingPart({ pays: true })],
  payment: async () => [(await import('./payment.ts')).paymentPart],
  /** All together: what the one leaves the other finds. */
  city: async () => [
    (await import('./booking.ts')).bookingPart({ pays: false }),
    (await import('./payment.ts')).paymentPart,
    (await import('./referral.ts')).referralPart,
    (await import('./signing.ts')).signingPart({ pays: false }),
    (await import('./followup.ts')).followupPart({ tells: false }),
    (await import('./notification.ts')).notificationPart({ tells: false }),
  ],
};

export const WORKFLOWS: readonly string[] = Object.keys(PARTS);

/** @throws for a name that nobody has heard of */
export async function partsOf(workflow: string): Promise<readonly Part[]> {
  const parts = await PARTS[workflow]?.();
  if (parts === undefined) throw new Error(`no workflow ${workflow}: one of ${WORKFLOWS.join(', ')}`);
  return parts;
}
