import type { Dice } from '../../support/dice.ts';
import type { Actor } from './part.ts';

/** How busy the people of a city are, beside an ordinary week. */
export interface Season {
  readonly name: string;
  readonly busy: Readonly<Record<Actor, number>>;
}

const ORDINARY: Season = {
  name: 'an ordinary week',
  busy: { resident: 1, doctor: 1, clerk: 1, provider: 1, time: 1 },
};

const SEASONS: readonly Season[] = [
  ORDINARY,
  ORDINARY,
  { name: 'the influenza season', busy: { ...ORDINARY.busy, resident: 2.5 } },
  { name: 'doctors fall ill themselves', busy: { ...ORDINARY.busy, doctor: 2, clerk: 4 } },
  { name: 'a holiday with few at work', busy: { ...ORDINARY.busy, doctor: 0.3, clerk: 0.3 } },
  { name: 'a day on which everything is late', busy: { ...ORDINARY.busy, time: 0.3, provider: 0.3 } },
];

export function seasonOf(dice: Dice): Season {
  return dice.pick(SEASONS);
}
