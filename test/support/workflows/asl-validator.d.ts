/** The package brings no types. */
declare module 'asl-validator' {
  function validate(definition: unknown): { readonly errors: readonly object[] };
  export = validate;
}
