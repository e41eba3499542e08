/** The matrix with all that one can do in it: switch a cell, give values, choose many and switch them at once. */
import { lazy, Suspense, useRef, useState } from 'react';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Icon } from '../../../parts/icon.tsx';
import { MenuAt, MenuItem, MenuLink } from '../../../parts/menu.tsx';
import { Failure, Refusal, Skeleton } from '../../../parts/notice.tsx';
import { count } from '../../../parts/progress.tsx';
import { paths, usePlace } from '../../../shell/place.ts';
import { useIsAdmin } from '../../../shell/use-viewer.ts';
import type { Filters } from '../filters.ts';
import { NoMatch } from '../nothing.tsx';
import { toldOf } from '../set-enabled.ts';
import { BulkDialog } from './bulk-dialog.tsx';
import { ByTemplate } from './by-template.tsx';
import { countOf, extentOf, NONE, withPairs, type Chosen } from './chosen.ts';
import { Grid, type Press } from './grid.tsx';
import { Legend } from './legend.tsx';
import type { Project, Template } from './sheet.ts';
import { useIsNarrow } from './use-is-narrow.ts';
import { useMatrix } from './use-matrix.ts';
import { useSwitches } from './use-switches.ts';
import styles from './matrix-view.module.css';

const ValuesDialog = lazy(() => import('../values/values-dialog.tsx'));

type Pair = { readonly template: Template; readonly project: Project };

/** @param filters the same object until they change. @param template what a phone shows. */
export default function MatrixView({
  filters,
  template,
}: {
  filters: Filters;
  template: string | null;
}) {
  const { project: place } = usePlace();
  const isAdmin = useIsAdmin() ?? false;
  const isNarrow = useIsNarrow();
  const matrix = useMatrix(filters);
  const { sheet, learn, complete, of, error, isOld, reread } = matrix;
  const switches = useSwitches(learn);
  const [chosen, setChosen] = useState<Chosen | null>(null);
  const [bulk, setBulk] = useState<{ readonly enabled: boolean } | null>(null);
  const [menu, setMenu] = useState<(Pair & { readonly anchor: HTMLElement }) | null>(null);
  const [isGathering, setGathering] = useState(false);
  const last = useRef<Press['spot']>(null);

  // What was chosen among others may not be seen any more.
  const [chosenOf, setChosenOf] = useState(filters);
  if (chosenOf !== filters) {
    setChosenOf(filters);
    if (chosen) setChosen(NONE);
  }

  const pairAt = ({ row, column }: Press['spot']): Pair | null => {
    const [template, project] = [sheet.templates[row], sheet.projects[column]];
    return template && project ? { template, project } : null;
  };

  function press(pressed: Press) {
    if (chosen) return void choose(chosen, pressed);
    const pair = pairAt(pressed.spot);
    if (pair) flip(pair);
  }

  function flip({ template, project }: Pair) {
    const state = sheet.cells.get(template.id)?.get(project.id)?.state;
    if (!isAdmin || state === 'NEEDS_VALUES' || state === 'BROKEN') open({ template, project });
    else void switches.flip(template, project, state !== 'ON');
  }

  const open = ({ template, project }: Pair) =>
    switches.want({ templateId: template.id, projectIds: [project.id], problems: [] });

  async function choose(before: Chosen, { spot, isRange }: Press) {
    const from = isRange && last.current ? last.current : spot;
    last.current = spot;
    const [rows, columns] = [
      spot.row === -1 ? all(sheet.templates) : between(from.row, spot.row),
      spot.column === -1 ? all(sheet.projects) : between(from.column, spot.column),
    ];
    setGathering(true);
    const whole = await complete(rows, columns);
    setGathering(false);
    if (!whole) return;
    const templates = idsIn(whole.templates, rows);
    const projects = idsIn(whole.projects, columns);
    const isIn =
      isRange || !templates.every((id) => projects.every((each) => before.get(id)?.has(each)));
    setChosen((now) => now && withPairs(now, templates, projects, isIn));
  }

  if (of === null) {
    return error ? <Failure error={error} onRetry={reread} /> : <MatrixSkeleton />;
  }
  const isEmpty = sheet.templates.length === 0 || sheet.projects.length === 0;
  return (
    <div className={styles['matrix']}>
      {error && <Failure error={error} onRetry={reread} />}
      {isEmpty && !isOld && <NoMatch filters={filters} />}
      {!isEmpty && isNarrow && (
        <ByTemplate
          matrix={matrix}
          filters={{ ...filters, template }}
          busy={switches.busy}
          readOnly={!isAdmin}
          onPress={flip}
          onMore={(pair, anchor) => setMenu({ ...pair, anchor })}
        />
      )}
      {!isEmpty && !isNarrow && (
        <>
          <div className={styles['bar']}>
            {chosen ? (
              <>
                <p role="status">
                  {countOf(chosen) === 0
                    ? 'Press cells, rows and projects to choose them; with Shift all in between.'
                    : chosenWords(chosen)}
                </p>
                <Button
                  disabled={countOf(chosen) === 0 || isGathering}
                  onClick={() => setBulk({ enabled: true })}
                >
                  Switch on
                </Button>
                <Button
                  disabled={countOf(chosen) === 0 || isGathering}
                  onClick={() => setBulk({ enabled: false })}
                >
                  Switch off
                </Button>
                <Button kind="quiet" onClick={() => setChosen(null)}>
                  Stop choosing
                </Button>
              </>
            ) : (
              <>
                <Legend />
                {isAdmin && (
                  <Button icon={<Icon name="grid" />} onClick={() => setChosen(NONE)}>
                    Choose many
                  </Button>
                )}
              </>
            )}
          </div>
          <Grid
            matrix={matrix}
            busy={switches.busy}
            chosen={chosen}
            readOnly={!isAdmin}
            place={place.slug}
            onPress={press}
            onMenu={({ spot, button }) => {
              const pair = pairAt(spot);
              if (pair) setMenu({ ...pair, anchor: button });
            }}
          />
        </>
      )}
      <p role="status" className="visually-hidden">
        {switches.said}
      </p>
      <CellMenu
        menu={menu}
        place={place.slug}
        isOn={
          menu !== null && sheet.cells.get(menu.template.id)?.get(menu.project.id)?.state === 'ON'
        }
        isAdmin={isAdmin}
        onClose={() => setMenu(null)}
        onOpen={open}
        onSwitch={(pair, enabled) => void switches.flip(pair.template, pair.project, enabled)}
      />
      {switches.wanted && (
        <Suspense>
          <ValuesDialog
            wanted={switches.wanted}
            readOnly={!isAdmin}
            onClose={() => switches.want(null)}
            onDone={({ cells }) => {
              const { templateId } = switches.wanted!;
              learn(toldOf(templateId, cells));
              switches.want(null);
            }}
          />
        </Suspense>
      )}
      {bulk && chosen && (
        <BulkDialog
          chosen={chosen}
          sheet={sheet}
          enabled={bulk.enabled}
          learn={learn}
          onGiveValues={switches.want}
          onClose={(isDone) => {
            setBulk(null);
            if (isDone) setChosen(null);
          }}
        />
      )}
      {switches.refused && (
        <Dialog open onClose={switches.clear} title={switches.refused.title}>
          <Refusal refused={switches.refused.why} />
        </Dialog>
      )}
    </div>
  );
}

function CellMenu({
  menu,
  place,
  isOn,
  isAdmin,
  onClose,
  onOpen,
  onSwitch,
}: {
  menu: (Pair & { readonly anchor: HTMLElement }) | null;
  place: string;
  isOn: boolean;
  isAdmin: boolean;
  onClose: () => void;
  onOpen: (pair: Pair) => void;
  onSwitch: (pair: Pair, enabled: boolean) => void;
}) {
  return (
    <MenuAt
      anchor={menu?.anchor ?? null}
      label={menu ? `${menu.template.displayName} in ${menu.project.name}` : ''}
      onClose={onClose}
    >
      {menu && (
        <>
          {isAdmin && (
            <MenuItem onSelect={() => onSwitch(menu, !isOn)}>
              {isOn ? 'Switch off' : 'Switch on'}
            </MenuItem>
          )}
          <MenuItem onSelect={() => onOpen(menu)}>Values and state</MenuItem>
          <MenuLink href={paths.template(place, menu.template.slug)}>To the template</MenuLink>
          <MenuLink href={paths.scenarios(menu.project.slug)}>To the project</MenuLink>
        </>
      )}
    </MenuAt>
  );
}

const all = (side: readonly unknown[]) => ({ from: 0, to: side.length });
const between = (a: number, b: number) => ({ from: Math.min(a, b), to: Math.max(a, b) + 1 });

const idsIn = (
  side: readonly ({ readonly id: string } | undefined)[],
  { from, to }: { from: number; to: number },
) => side.slice(from, to).flatMap((entry) => entry?.id ?? []);

function chosenWords(chosen: Chosen): string {
  const cells = countOf(chosen);
  const { templates, projects } = extentOf(chosen);
  return (
    `${count(cells)} ${cells === 1 ? 'cell' : 'cells'} chosen: ` +
    `${count(templates)} ${templates === 1 ? 'template' : 'templates'}, ` +
    `${count(projects)} ${projects === 1 ? 'project' : 'projects'}`
  );
}

function MatrixSkeleton() {
  return (
    <div className={styles['skeleton']}>
      <Skeleton lines={8} height="1.75rem" />
    </div>
  );
}
