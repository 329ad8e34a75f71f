import { FLAG_OF, SYSTEMS } from './fhir-codes.ts';
import type { Concept, ReadObservation } from './fhir-shapes.ts';
import { UNIT_EXTENSION } from './fhir-write.ts';
import type { Result } from './report-content.ts';

/** What an Observation says, as far as it says anything: what is missing is for the contract to miss. */
export function resultOf(observation: ReadObservation): Partial<Result> {
  const { code, interpretation = [], referenceRange = [], meta, extension = [] } = observation;
  const { value, unit = extension.find(({ url }) => url === UNIT_EXTENSION)?.valueString } =
    readingOf(observation);
  const flags = interpretation
    .flatMap(({ coding = [] }) => coding)
    .flatMap((one) => FLAG_OF.get(one.code ?? '') ?? []);
  // A critical one has to be heard, whatever stands before it in a code of the sender's own or a milder word.
  const flag = flags.find((one) => one.startsWith('CRITICAL')) ?? flags[0];
  const [{ low, high } = {}] = referenceRange;
  return {
    ...codeOf(code),
    ...(value === undefined ? {} : { value }),
    ...(unit === undefined ? {} : { unit }),
    ...(low === undefined ? {} : { low: low.value }),
    ...(high === undefined ? {} : { high: high.value }),
    ...(flag === undefined ? {} : { flag }),
    ...tagOf(meta),
  };
}

export function hasValue(observation: ReadObservation): boolean {
  return readingOf(observation).value !== undefined;
}

function readingOf(observation: ReadObservation): {
  value?: number | string | undefined;
  unit?: string | undefined;
} {
  const { valueQuantity: quantity, valueRatio: ratio, valueCodeableConcept: concept } = observation;
  if (quantity !== undefined) {
    const { value, comparator, unit = quantity.code } = quantity;
    return { value: comparator === undefined ? value : `${comparator}${value}`, unit };
  }
  if (ratio !== undefined) return { value: `${ratio.numerator.value}:${ratio.denominator.value}` };
  if (concept !== undefined) return { value: concept.text ?? concept.coding?.[0]?.display };
  return { value: observation.valueInteger ?? observation.valueString };
}

/**
 * The catalogue's code before LOINC's: a city's rules of what is sensitive, critical, recognised and drawn as one line name
 * what it calls a thing. The name as people read it.
 */
export function codeOf({ coding = [], text }: Concept): { code?: string; name?: string } {
  const best = coding.find(({ system, code }) => code !== undefined && system !== SYSTEMS.loinc) ?? coding[0];
  const name = text ?? best?.display;
  return {
    ...(best?.code === undefined ? {} : { code: best.code }),
    ...(name === undefined ? {} : { name }),
  };
}

type Tagged = ReadObservation['meta'];

export function tagOf(meta: Tagged): { tag?: string } {
  const code = meta?.tag?.find(({ system }) => system === SYSTEMS.recognition)?.code;
  return code === undefined ? {} : { tag: code };
}
