import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;

export function newTotpSecret(): string {
  return new Secret({ size: 20 }).base32;
}

/** What an authenticator app reads from the QR code. */
export function otpauthUri(secret: string, { issuer, label }: { issuer: string; label: string }): string {
  return totpOf(secret, issuer, label).toString();
}

/**
 * The 30 s step (RFC 6238: T) that a code belongs to, if it is one of the present step ± `windowSteps`.
 * Whoever takes the code stores the step and refuses it, and every earlier one, from then on.
 */
export function totpStep(
  secret: string,
  code: string,
  at: { readonly epochMs: number; readonly windowSteps: number },
): number | undefined {
  const delta = totpOf(secret).validate({ token: code, timestamp: at.epochMs, window: at.windowSteps });
  return delta === null ? undefined : TOTP.counter({ period: PERIOD_SECONDS, timestamp: at.epochMs }) + delta;
}

function totpOf(secret: string, issuer = '', label = ''): TOTP {
  return new TOTP({
    issuer,
    label,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
  });
}
