/** What stands around every screen: where one can go, the project, the scheduler's pulse, oneself. */
import {
  lazy,
  Suspense,
  useEffect,
  useRef,
  useState,
  type ComponentProps,
  type ReactNode,
} from 'react';
import { Link, Redirect, useLocation, useRoute } from 'wouter';
import { signOut } from '../live/session.ts';
import { Button, ButtonLink } from '../parts/button.tsx';
import { Icon, type IconName } from '../parts/icon.tsx';
import { Menu, MenuGap, MenuItem, MenuLink } from '../parts/menu.tsx';
import { Empty, Failure, Skeleton } from '../parts/notice.tsx';
import { Page } from '../parts/page.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { HealthBadge } from './health-badge.tsx';
import { paths, PlaceContext, rememberProject, type Project } from './place.ts';
import { useArrival } from './arrival.ts';
import { chooseTheme, useTheme, type Theme } from './theme.ts';
import { useShell } from './use-shell.ts';
import styles from './shell.module.css';

const FindProject = lazy(() => import('./find-project.tsx'));

// A longer menu is no menu: one searches.
const MENU = 12;

type Screen = readonly [IconName, string, (project: string) => string];
const PLACES: readonly [Screen, ...Screen[]] = [
  ['pulse', 'Operations', paths.operations],
  ['list', 'Scenarios', paths.scenarios],
  ['grid', 'Templates', paths.templates],
  ['data', 'Data', (project) => paths.data(project)],
  ['chart', 'Dashboards', paths.dashboards],
  ['mail', 'Deliveries', paths.deliveries],
  ['settings', 'Settings', paths.settings],
];

/** Reads who one is and which projects there are, and draws the screen within the project of the address. */
export function Shell({ children }: { children: ReactNode }) {
  const [, place] = useRoute<{ project: string }>('/p/:project/*?');
  const slug = place?.project;
  const { data, error, ask, project: found, asking } = useShell(slug);
  const main = useRef<HTMLElement>(null);
  useArrival(main);
  const [before, setBefore] = useState(found);
  if (found && found !== before) setBefore(found);
  useEffect(() => {
    if (found) rememberProject(found.slug);
  }, [found]);
  if (error && !found)
    return (
      <Alone>
        <Failure error={error} onRetry={() => ask()} />
      </Alone>
    );
  // On the way to a project that is not known yet, all that stands around stays.
  const project = found ?? (asking ? before : null);
  if (!data || (asking && !project))
    return (
      <Alone>
        <Skeleton lines={4} />
      </Alone>
    );
  if (!project) {
    const homes = [data.project, data.viewer.defaultProject, data.projects.nodes[0]];
    return <Nowhere slug={slug} home={homes.find((each) => each != null)?.slug} />;
  }
  return (
    <PlaceContext value={{ project, projects: data.projects.nodes }}>
      <div className={styles['shell']}>
        <a href="#content" className={styles['skip']}>
          Skip to content
        </a>
        <Bar
          project={project}
          projects={data.projects.nodes}
          hasMore={data.projects.totalCount > MENU}
          name={data.viewer.user.name}
          email={data.viewer.user.email}
        />
        <Rail project={project} />
        <main id="content" tabIndex={-1} ref={main} className={styles['main']}>
          <ConnectionLine />
          {found ? (
            children
          ) : (
            <Page title="Loading">
              <Skeleton lines={6} />
            </Page>
          )}
        </main>
      </div>
    </PlaceContext>
  );
}

function Alone({ children }: { children: ReactNode }) {
  return <main className={styles['alone']}>{children}</main>;
}

/** No project in the address, or one that cannot be seen. @param home a project that can be. */
function Nowhere({ slug, home }: { slug: string | undefined; home: string | undefined }) {
  if (home !== undefined && slug === undefined)
    return <Redirect href={paths.operations(home)} replace />;
  return (
    <Alone>
      <h1 className="visually-hidden">Nothing here</h1>
      <Empty
        title={
          slug === undefined
            ? 'No project to see yet'
            : `There is no project “${slug}” that you may see`
        }
      >
        {slug === undefined ? (
          <p>An administrator can give you a role in one.</p>
        ) : (
          home !== undefined && (
            <ButtonLink kind="primary" href={paths.operations(home)}>
              Go to {home}
            </ButtonLink>
          )
        )}
        <Button onClick={() => void signOut()}>Sign out</Button>
      </Empty>
    </Alone>
  );
}

function Bar({
  project,
  projects,
  hasMore,
  name,
  email,
}: {
  project: Project;
  projects: readonly Project[];
  /** Too many for a menu. */
  hasMore: boolean;
  name: string;
  email: string;
}) {
  const [finding, setFinding] = useState(false);
  const [here] = useLocation();
  // The same screen of another project, where it is of the project as a whole.
  const [, , screen] = PLACES.find(([, , path]) => path(project.slug) === here) ?? PLACES[0];
  const theme = useTheme();
  const choices: readonly (readonly [Theme, IconName, string])[] = [
    ['system', 'system', 'As the system'],
    ['light', 'sun', 'Light'],
    ['dark', 'moon', 'Dark'],
  ];
  return (
    <header className={styles['bar']}>
      <Link
        href={paths.operations(project.slug)}
        className={styles['brand']}
        aria-label="Honeyframe, to Operations"
      >
        <img src="/icon.svg" alt="" width="24" height="24" />
        <span>Honeyframe</span>
      </Link>
      {hasMore ? (
        <>
          <ProjectButton project={project} onClick={() => setFinding(true)} />
          {finding && (
            <Suspense>
              <FindProject current={project} hrefOf={screen} onClose={() => setFinding(false)} />
            </Suspense>
          )}
        </>
      ) : (
        <Menu trigger={<ProjectButton project={project} />}>
          {projects.map((each) => (
            <MenuLink key={each.id} chosen={each.id === project.id} href={screen(each.slug)}>
              {each.name}
            </MenuLink>
          ))}
        </Menu>
      )}
      <div className={styles['end']}>
        <HealthBadge project={project.slug} />
        <Menu
          trigger={<Button kind="quiet" icon={<Icon name="user" />} aria-label={`You: ${name}`} />}
        >
          <div className={styles['me']}>
            <strong>{name}</strong>
            <span>{email}</span>
          </div>
          <MenuGap />
          <MenuLink icon={<Icon name="edit" />} href={paths.settings(project.slug, 'you')}>
            Your password
          </MenuLink>
          <MenuGap />
          {choices.map(([value, icon, label]) => (
            <MenuItem
              key={value}
              icon={<Icon name={icon} />}
              chosen={theme === value}
              onSelect={() => chooseTheme(value)}
            >
              {label}
            </MenuItem>
          ))}
          <MenuGap />
          <MenuLink icon={<Icon name="code" />} href="/graphql" outside>
            GraphiQL
          </MenuLink>
          <MenuLink icon={<Icon name="code" />} href="/api/reference" outside>
            REST reference
          </MenuLink>
          <MenuGap />
          <MenuItem onSelect={() => void signOut()}>Sign out</MenuItem>
        </Menu>
      </div>
    </header>
  );
}

function ProjectButton({
  project: { name },
  ...rest
}: { project: Project } & ComponentProps<'button'>) {
  return (
    <Button {...rest} kind="quiet" aria-label={`Project: ${name}`}>
      <span className={styles['cut']}>{name}</span>
      <Icon name="down" size={12} />
    </Button>
  );
}

function Rail({ project }: { project: Project }) {
  const [here] = useLocation();
  const rail = useRef<HTMLElement>(null);
  // On a phone the places scroll sideways: the one where one is must not lie beyond the edge.
  useEffect(() => {
    const [list, at] = [
      rail.current?.querySelector('ul'),
      rail.current?.querySelector<HTMLElement>('[aria-current]'),
    ];
    if (list && at) list.scrollLeft = at.offsetLeft - (list.clientWidth - at.offsetWidth) / 2;
  }, [here]);
  return (
    <nav ref={rail} aria-label="Screens" className={styles['rail']}>
      <ul>
        {PLACES.map(([icon, label, path]) => {
          const href = path(project.slug);
          return (
            <li key={label}>
              <Link href={href} aria-current={here.startsWith(href) ? 'page' : undefined}>
                <Icon name={icon} />
                {label}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
