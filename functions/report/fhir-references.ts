import * as z from 'zod/mini';
import type { FhirReference } from './fhir-shapes.ts';

/** Finds what a report refers to: contained in it (`#id`), or beside it in its bundle. Nothing is fetched. */
export type Resolve = (reference: FhirReference | undefined) => unknown;

const named = z.looseObject({ resourceType: z.string(), id: z.optional(z.string()) });

export interface Neighbour {
  readonly fullUrl?: string | undefined;
  readonly resource?: unknown;
}

export function resolver(contained: readonly unknown[], neighbours: readonly Neighbour[]): Resolve {
  const known = new Map<string, unknown>();
  for (const { fullUrl, resource } of neighbours) {
    const { data } = named.safeParse(resource);
    if (data?.id !== undefined) known.set(`${data.resourceType}/${data.id}`, resource);
    if (fullUrl !== undefined) known.set(fullUrl, resource);
  }
  for (const resource of contained) {
    const { data } = named.safeParse(resource);
    if (data?.id !== undefined) known.set(`#${data.id}`, resource);
  }
  return (reference) => known.get(reference?.reference ?? '');
}

/** What is referred to, if it is of that shape. */
export function resolved<S extends z.ZodMiniType>(
  resolve: Resolve,
  reference: FhirReference | undefined,
  shape: S,
): z.output<S> | undefined {
  return shape.safeParse(resolve(reference)).data;
}
