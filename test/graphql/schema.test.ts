import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, printSchema } from 'graphql';
import { expect, test } from 'vitest';
import { schema } from '#graphql/schema.ts';
import { createRegistry } from '#steps/registry.ts';

const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));

test('every type, field, argument and value has a description', () => {
  const bare: string[] = [];
  const check = (name: string, { description }: { description?: string | null | undefined }) => {
    if (!description) bare.push(name);
  };
  for (const type of types) {
    check(type.name, type);
    if (isEnumType(type)) {
      for (const value of type.getValues()) check(`${type.name}.${value.name}`, value);
    }
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields()))
        check(`${type.name}.${field.name}`, field);
    }
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      check(`${type.name}.${field.name}`, field);
      for (const arg of field.args) check(`${type.name}.${field.name}(${arg.name})`, arg);
    }
  }
  expect(bare).toEqual([]);
});

test('every field of every step kind can be read and written', () => {
  const missing: string[] = [];
  for (const { kind, config } of createRegistry().values()) {
    const name = `${kind.replaceAll(/(?:^|_)(\w)/g, (_all, letter: string) => letter.toUpperCase())}Step`;
    const fields = Object.keys((config as unknown as { shape: object }).shape).map((field) =>
      field.replaceAll(/_(\w)/g, (_all, letter: string) => letter.toUpperCase()),
    );
    for (const each of [name, `${name}Input`]) {
      const type = schema.getType(each);
      const known = isObjectType(type) || isInputObjectType(type) ? type.getFields() : {};
      missing.push(...fields.filter((field) => !known[field]).map((field) => `${each}.${field}`));
    }
  }
  expect(missing).toEqual([]);
});

test('a step is written as exactly one entry, one per kind', () => {
  const type = schema.getType('StepInput');
  expect(isInputObjectType(type) && type.isOneOf).toBe(true);
  expect(Object.keys(isInputObjectType(type) ? type.getFields() : {})).toHaveLength(
    createRegistry().size,
  );
});

test('the schema prints the same every time', () => {
  expect(printSchema(schema)).toBe(printSchema(schema));
});

test('nothing that is answered holds a password or a hash, but for the one that is handed over', () => {
  const named = Object.values(schema.getTypeMap()).flatMap((type) =>
    isObjectType(type) ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
  const secret = named.filter((name) => /\.(?!mustReset).*(password|hash)/i.test(name));
  expect(secret.toSorted()).toEqual([
    'MemberPassword.oneTimePassword',
    'Mutation.changePassword',
    'Mutation.resetPassword',
  ]);
});
