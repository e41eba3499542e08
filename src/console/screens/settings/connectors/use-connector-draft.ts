/** A connector as it is being typed, and what the API is to be told of it. */
import { useState } from 'react';
import type { Connector, ConnectorType } from './connector.ts';
import { fieldsOf, isRecord, readValue, showValue, type Wire } from './schema-fields.ts';

/** What becomes of a secret that may be kept already. */
export type Secret =
  | { readonly to: 'keep' }
  | { readonly to: 'replace'; readonly text: string }
  | { readonly to: 'remove' };

type Values = {
  readonly name: string;
  readonly slug: string;
  /** Till then it follows the name. */
  readonly isSlugTyped: boolean;
  readonly scope: 'project' | 'organisation';
  /** By the field's name, as it shows. */
  readonly config: Readonly<Record<string, string>>;
};

type Texts = Readonly<Record<string, string>>;

const textsOf = (type: ConnectorType, config: unknown): Texts =>
  Object.fromEntries(
    fieldsOf(type.config).map((field) => [
      field.name,
      showValue(field, isRecord(config) ? config[field.name] : undefined),
    ]),
  );

const slugOf = (name: string) =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[\u0300-\u036f]/g, '')
    .replaceAll(/[^a-z0-9_]+/g, '-')
    .replaceAll(/^[-_]+|-+$/g, '')
    .slice(0, 63);

/** A type that this API no longer knows. */
const UNKNOWN = (type: string): ConnectorType => ({
  type,
  label: type,
  description: '',
  config: {},
  secrets: {},
});

export function useConnectorDraft(connector: Connector | null, types: readonly ConnectorType[]) {
  const find = (name: string) => types.find(({ type }) => type === name) ?? UNKNOWN(name);
  const [type, setType] = useState(() => find(connector?.type ?? types[0]?.type ?? ''));
  const [base, setBase] = useState<Values>(() => ({
    name: connector?.name ?? '',
    slug: connector?.slug ?? '',
    isSlugTyped: false,
    scope: 'project',
    config: textsOf(type, connector?.config),
  }));
  const [values, setValues] = useState(base);
  const [secrets, setSecrets] = useState<Readonly<Record<string, Secret>>>({});
  const [problems, setProblems] = useState<Texts>({});

  const isChanged =
    JSON.stringify(values) !== JSON.stringify(base) ||
    Object.values(secrets).some((each) => isSaid(each));

  const set = (change: Partial<Values>) => setValues((before) => ({ ...before, ...change }));

  return {
    type,
    values,
    secrets,
    isChanged,
    set,
    setName: (name: string) =>
      set({ name, ...(!connector && !values.isSlugTyped && { slug: slugOf(name) }) }),
    setConfig: (name: string, text: string) => set({ config: { ...values.config, [name]: text } }),
    setSecret: (name: string, secret: Secret) =>
      setSecrets((before) => ({ ...before, [name]: secret })),
    chooseType(name: string) {
      const next = find(name);
      setType(next);
      setProblems({});
      setSecrets({});
      // What both types have stays.
      set({ config: { ...textsOf(next, {}), ...known(next, values.config) } });
    },
    problemOf: (name: string): string | null => problems[name] ?? null,
    /** null: something cannot be read; `problemOf` says what. `secrets` are undefined when all stay as they are. */
    read(): { config: Wire; secrets: Wire | undefined } | null {
      const config: Record<string, unknown> = {};
      const wrong: Record<string, string> = {};
      for (const field of fieldsOf(type.config)) {
        const read = readValue(field, values.config[field.name] ?? '');
        if ('problem' in read) wrong[field.name] = read.problem;
        else if (read.value !== undefined) config[field.name] = read.value;
      }
      setProblems(wrong);
      if (Object.keys(wrong).length > 0) return null;
      const said = Object.entries(secrets).filter(([, secret]) => isSaid(secret));
      const told = said.map(([name, secret]) => [
        name,
        secret.to === 'replace' ? secret.text : null,
      ]);
      return { config, secrets: said.length > 0 ? Object.fromEntries(told) : undefined };
    },
    /** What is typed is what is saved. */
    settle() {
      setBase(values);
      setSecrets({});
    },
  };
}

const isSaid = (secret: Secret) =>
  secret.to === 'remove' || (secret.to === 'replace' && secret.text !== '');

function known(type: ConnectorType, texts: Texts): Texts {
  const names = new Set(fieldsOf(type.config).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(texts).filter(([name, text]) => names.has(name) && text !== ''),
  );
}
