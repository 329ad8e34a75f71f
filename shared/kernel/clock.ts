/** The only source of the present. The laptop and the simulator pass a virtual one through the same door. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** The clock's instant as a UTC ISO string with milliseconds. */
export function instant(clock: Clock): string {
  return new Date(clock.now()).toISOString();
}
