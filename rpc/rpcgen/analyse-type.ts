import type { TypeDefinition } from './hoist.ts';
import { inClaimOrder, type NameScope, pascalCase, UniqueNames } from './names.ts';

/**
 * TypeScript names of the file's types: PascalCase. `NfsStat` is the type, `NfsStatCodec` its codec; an enum has a
 * check besides, a recursive type a function.
 */
export function claimTypeNames(
  definitions: readonly TypeDefinition[],
  scope: NameScope,
): ReadonlyMap<TypeDefinition, string> {
  const unique = new UniqueNames();
  const names = new Map<TypeDefinition, string>();
  for (const { name } of definitions) unique.add(name, 'type');
  for (const definition of inClaimOrder(definitions, pascalCase)) {
    const { name } = definition;
    const candidates = [pascalCase(name.text), name.text, `${name.text}_`];
    const tsName = scope.claim(name, candidates, (candidate) => {
      const derived = [candidate, `${candidate}Codec`];
      if (definition.kind === 'enum') return [...derived, `is${candidate}`];
      return definition.kind === 'typedef' ? derived : [...derived, `decode${candidate}`];
    });
    names.set(definition, tsName);
  }
  return names;
}
