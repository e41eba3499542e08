/** What a kind has that no field shows: written as YAML. */
import type { Path } from './configuration.ts';
import { isRecord } from './configuration.ts';
import { problemAt, useEditing, useSpot } from './editing.tsx';
import { YamlField } from './yaml-field.tsx';

const COMMON = ['kind', 'name', 'parallel', 'transactional', 'run_if', 'timeout', 'retries'];

/** All fields of a step that not every step has. */
export function OwnFields({ path, step }: { path: Path; step: Readonly<Record<string, unknown>> }) {
  const { problems, readOnly, set } = useEditing();
  const entries = Object.entries(step);
  const own = Object.fromEntries(entries.filter(([key]) => !COMMON.includes(key)));
  const common = Object.fromEntries(entries.filter(([key]) => COMMON.includes(key)));
  const about = problems.filter(({ path: at }) => !COMMON.includes(at[2] ?? ''));
  return (
    <YamlField
      label={`What ${String(step['kind'] ?? 'it')} is to do`}
      help="As YAML: the fields of this kind."
      at={[...path, '*'].join('.')}
      value={Object.keys(own).length > 0 ? own : undefined}
      problem={problemAt(about, path)}
      readOnly={readOnly}
      onChange={(value) => {
        const { kind, name, ...rest } = common;
        const head = { ...(kind !== undefined && { kind }), ...(name !== undefined && { name }) };
        set(path, { ...head, ...(isRecord(value) ? value : {}), ...rest });
      }}
    />
  );
}

/** One field that may hold anything. */
export function OwnField({ at, label, help }: { at: Path; label: string; help: string }) {
  const { value, set, problem, readOnly } = useSpot(at);
  return (
    <YamlField
      label={label}
      help={help}
      at={at.join('.')}
      value={value}
      problem={problem}
      readOnly={readOnly}
      onChange={set}
    />
  );
}
