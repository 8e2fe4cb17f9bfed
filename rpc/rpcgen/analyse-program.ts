import type { ProgramDefinition, VersionDefinition } from './ast.ts';
import type { Constants } from './constants.ts';
import { present } from './lists.ts';
import type { ModelProcedure, ModelVersion } from './model.ts';
import { camelCase, NameScope, pascalCase, UniqueNames } from './names.ts';
import { CompileError, formatPlace, type Place } from './place.ts';
import type { TypeResolver } from './type-resolver.ts';

/** `NfsProgramV2`, with what is derived from it: stub, handlers, dispatch. */
export function claimProgramNames(
  programs: readonly ProgramDefinition[],
  constants: Constants,
  scope: NameScope,
): ReadonlyMap<VersionDefinition, string> {
  const names = new Map<VersionDefinition, string>();
  for (const program of programs) {
    const numbers = new UniqueNumbers('version');
    for (const version of program.versions) {
      const number = constants.unsignedInt(version.number, "a version's number");
      numbers.add(number, version.number.token.place);
      const candidates = [pascalCase(program.name.text), program.name.text];
      const claimed = scope.claim(
        version.name,
        candidates.map((candidate) => `${candidate}V${number}`),
        (name) => [name, `${name}Client`, `${name}Handlers`, `dispatch${name}`],
      );
      names.set(version, claimed);
    }
  }
  return names;
}

export function analyseProgram(
  program: ProgramDefinition,
  constants: Constants,
  resolver: TypeResolver,
  names: ReadonlyMap<VersionDefinition, string>,
): ModelVersion[] {
  const number = constants.unsignedInt(program.number, "a program's number");
  return program.versions.map((version) => {
    const versionNumber = constants.unsignedInt(version.number, "a version's number");
    return {
      programName: program.name.text,
      program: number,
      versionName: version.name.text,
      version: versionNumber,
      tsName: names.get(version) ?? version.name.text,
      procedures: analyseProcedures(version, constants, resolver),
    };
  });
}

function analyseProcedures(
  version: VersionDefinition,
  constants: Constants,
  resolver: TypeResolver,
): ModelProcedure[] {
  const numbers = new UniqueNumbers('procedure');
  const unique = new UniqueNames();
  const scope = new NameScope('fields');
  // A stub's methods stand beside its constructor.
  scope.claim({ text: 'constructor', place: version.name.place }, ['constructor']);
  return version.procedures.map((procedure): ModelProcedure => {
    const { name } = procedure;
    unique.add(name, 'procedure');
    const number = constants.unsignedInt(procedure.number, "a procedure's number");
    numbers.add(number, procedure.number.token.place);
    const types = procedure.arguments.map((type) => present(resolver.reference(type)));
    return {
      name: name.text,
      tsName: scope.claim(name, [camelCase(name.text), name.text, `${name.text}_`]),
      number,
      result: present(resolver.reference(procedure.result)),
      arguments: types.filter((type) => type.kind !== 'void'),
    };
  });
}

class UniqueNumbers {
  readonly #what: string;
  readonly #places = new Map<number, Place>();

  constructor(what: string) {
    this.#what = what;
  }

  add(number: number, place: Place): void {
    const first = this.#places.get(number);
    if (first !== undefined) {
      throw new CompileError(
        place,
        `${this.#what} ${number} is there already at ${formatPlace(first)}`,
      );
    }
    this.#places.set(number, place);
  }
}
