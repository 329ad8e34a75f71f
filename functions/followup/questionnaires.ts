import type { Deps } from '../../shared/deps.ts';
import { dayOf } from '../../shared/kernel/china-time.ts';
import { followupErrors } from './errors.ts';
import { questionnairePolicy } from './policy.ts';
import { canonicalOf, type Questionnaire } from './questionnaire.ts';

/** The one that is asked today. @throws Refusal QUESTIONNAIRE_NOT_FOUND */
export function questionnaireNow({ city, clock }: Pick<Deps, 'city' | 'clock'>, id: string): Questionnaire {
  const { questionnaires } = city.policy(questionnairePolicy).at(dayOf(clock.now()));
  const found = questionnaires.find((one) => one.id === id);
  if (found === undefined) throw followupErrors.refusal('QUESTIONNAIRE_NOT_FOUND');
  return found;
}

/** The very version that was answered, however long ago; undefined: it is in none of the city's entries any more. */
export function questionnaireAnswered(
  { city }: Pick<Deps, 'city'>,
  canonical: string,
): Questionnaire | undefined {
  return city
    .policy(questionnairePolicy)
    .entries.flatMap(({ values }) => values.questionnaires)
    .find((one) => canonicalOf(one) === canonical);
}
