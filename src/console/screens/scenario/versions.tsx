/** Every configuration that was saved: who, when, what differs between any two, and the way back to one. */
import { useState } from 'react';
import { useClient } from 'urql';
import { useLocation, useSearchParams } from 'wouter';
import { ScenarioVersionsDocument, type ScenarioVersionsQuery } from '../../generated/graphql.ts';
import { useLiveQuery } from '../../live/use-live-query.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Difference } from '../../parts/difference.tsx';
import { Empty, Failure, Skeleton } from '../../parts/notice.tsx';
import { Panel } from '../../parts/panel.tsx';
import { writeYaml } from '../../parts/yaml-text.ts';
import { paths, usePlace } from '../../shell/place.ts';
import { isChanged, useDraft } from './draft.ts';
import { tidy } from './editor/configuration.ts';
import { baseOf } from './editor/editor.tsx';
import type { Scenario } from './use-scenario.ts';
import { VersionList } from './version-list.tsx';
import styles from './versions.module.css';

type Connection = NonNullable<ScenarioVersionsQuery['scenario']>['versions'];
export type Version = Connection['nodes'][number];

const SIZE = 30;

export default function Versions({ scenario }: { scenario: Scenario }) {
  const { project } = usePlace();
  const [, navigate] = useLocation();
  const client = useClient();
  const { draft, keep } = useDraft(String(scenario.databaseId));
  const [older, setOlder] = useState<readonly Connection[]>([]);
  const [asked, setAsked] = useState<Version | null>(null);
  const { data, error, reread } = useLiveQuery(
    ScenarioVersionsDocument,
    { id: scenario.id, first: SIZE, after: null },
    scenario.version,
  );
  const first = data?.scenario?.versions;
  const versions = distinct([...(first?.nodes ?? []), ...older.flatMap(({ nodes }) => nodes)]);
  const { from, to, compare } = useCompared(versions);

  async function readOlder() {
    const { endCursor } = (older.at(-1) ?? first)!.pageInfo;
    const variables = { id: scenario.id, first: SIZE, after: endCursor ?? null };
    const { data: more } = await client.query(ScenarioVersionsDocument, variables).toPromise();
    const page = more?.scenario?.versions;
    if (page) setOlder((before) => [...before, page]);
  }

  function bringBack(version: Version) {
    const base = baseOf(scenario.version, scenario.configuration);
    const configuration = tidy(version.configuration);
    keep({ base, configuration, text: null, unreadable: false });
    navigate(paths.scenario(project.slug, scenario.databaseId, 'configuration'));
  }

  if (error && !data) return <Failure error={error} onRetry={reread} />;
  if (!first) return <Skeleton lines={10} />;
  return (
    <div className={styles['versions']}>
      <Panel title="Versions" flush note="choose two to compare">
        <VersionList
          versions={versions}
          current={scenario.version}
          from={from?.version ?? null}
          to={to?.version ?? null}
          onCompare={compare}
          onBringBack={
            scenario.canEdit
              ? (version) => (draft && isChanged(draft) ? setAsked(version) : bringBack(version))
              : null
          }
        />
        {(older.at(-1) ?? first).pageInfo.hasNextPage && (
          <p className={styles['more']}>
            <Button onClick={() => void readOlder()}>Older versions</Button>
          </p>
        )}
      </Panel>
      <Panel title={from && to ? `From version ${from.version} to ${to.version}` : 'Difference'}>
        {from && to ? (
          <Difference
            before={writeYaml(tidy(from.configuration))}
            after={writeYaml(tidy(to.configuration))}
            labels={[`version ${from.version}`, `version ${to.version}`]}
          />
        ) : (
          <Empty title="There is only one version yet." />
        )}
      </Panel>
      <Dialog
        open={asked !== null}
        onClose={() => setAsked(null)}
        title={`Bring back version ${asked?.version}?`}
        actions={
          <>
            <Button onClick={() => setAsked(null)}>Back</Button>
            <Button kind="danger" onClick={() => asked && bringBack(asked)}>
              Bring it back
            </Button>
          </>
        }
      >
        <p>It takes the place of what you have typed in the editor and not saved.</p>
      </Dialog>
    </div>
  );
}

/** A version that is saved meanwhile moves the pages. */
function distinct(versions: readonly Version[]): Version[] {
  return [...new Map(versions.map((each) => [each.version, each])).values()];
}

/** Which two are compared, by the address; the last change by default. */
function useCompared(versions: readonly Version[]) {
  const [search, setSearch] = useSearchParams();
  const find = (name: string) =>
    versions.find(({ version }) => String(version) === search.get(name)) ?? null;
  const to = find('to') ?? versions[0] ?? null;
  const from = find('from') ?? versions.find(({ version }) => version < (to?.version ?? 0)) ?? null;
  const compare = (side: 'from' | 'to', version: number) =>
    setSearch(
      (before) => {
        const after = new URLSearchParams(before);
        if (from && to) {
          after.set('from', String(from.version));
          after.set('to', String(to.version));
        }
        after.set(side, String(version));
        return after;
      },
      { replace: true },
    );
  return { from, to, compare };
}
