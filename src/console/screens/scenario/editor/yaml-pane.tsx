/** The configuration as YAML. */
import { lazy, Suspense, type Ref } from 'react';
import { Skeleton } from '../../../parts/notice.tsx';
import type { Mark, YamlEditorHandle } from '../../../parts/yaml-editor.tsx';
import styles from './editor.module.css';

const YamlEditor = lazy(() => import('../../../parts/yaml-editor.tsx'));

export function YamlPane({
  ref,
  text,
  marks,
  readOnly,
  onChange,
}: {
  ref: Ref<YamlEditorHandle>;
  text: string;
  marks: readonly Mark[];
  readOnly: boolean;
  onChange: (text: string) => void;
}) {
  return (
    <div className={styles['yaml']}>
      <Suspense fallback={<Skeleton lines={14} />}>
        <YamlEditor
          ref={ref}
          label="Configuration as YAML"
          value={text}
          marks={marks}
          readOnly={readOnly}
          onChange={onChange}
        />
      </Suspense>
      {!readOnly && (
        <p>
          Comments are not kept: a scenario is stored as data. Ctrl and ] or [ move lines in and
          out; Tab leaves.
        </p>
      )}
    </div>
  );
}
