/** Which screen stands at which address. Each is read when it is first gone to. */
import { lazy, Suspense, type ReactNode } from 'react';
import { Route, Switch } from 'wouter';
import { useSession } from './live/session.ts';
import { ButtonLink } from './parts/button.tsx';
import { Empty, Skeleton } from './parts/notice.tsx';
import { Page } from './parts/page.tsx';
import { LeaveGuard } from './shell/leave-guard.tsx';
import { paths, usePlace } from './shell/place.ts';
import { Shell } from './shell/shell.tsx';
import { Onward } from './screens/sign-in/onward.tsx';
import { SignIn } from './screens/sign-in/sign-in.tsx';

/** By the part of the address that follows the project. */
const READ = {
  operations: () => import('./screens/operations/operations.tsx'),
  scenarios: () => import('./screens/scenarios/scenarios.tsx'),
  scenario: () => import('./screens/scenario/scenario.tsx'),
  'new-scenario': () => import('./screens/scenario/new-scenario.tsx'),
  runs: () => import('./screens/run/run.tsx'),
  templates: () => import('./screens/templates/templates.tsx'),
  template: () => import('./screens/templates/template.tsx'),
  'new-template': () => import('./screens/templates/new-template.tsx'),
  deliveries: () => import('./screens/deliveries/deliveries.tsx'),
  delivery: () => import('./screens/deliveries/delivery.tsx'),
  dashboards: () => import('./screens/dashboards/dashboards.tsx'),
  dashboard: () => import('./screens/dashboards/dashboard.tsx'),
  data: () => import('./screens/data/data.tsx'),
  settings: () => import('./screens/settings/settings.tsx'),
} as const;
type Name = keyof typeof READ;

// The screen of the first address is read while one is still asked who one is.
const [, , , first = '', id] = location.pathname.split('/');
const ONE: Readonly<Record<string, Name>> = {
  scenarios: 'scenario',
  templates: 'template',
  deliveries: 'delivery',
  dashboards: 'dashboard',
};
const firstName = (id && ONE[first]) || first;
const firstScreen = Object.hasOwn(READ, firstName) ? READ[firstName as Name]() : null;
const screen = (name: Name) =>
  lazy(() => (name === firstName && firstScreen ? firstScreen : READ[name]()));

const Operations = screen('operations');
const Scenarios = screen('scenarios');
const Scenario = screen('scenario');
const NewScenario = screen('new-scenario');
const Run = screen('runs');
const Templates = screen('templates');
const Template = screen('template');
const NewTemplate = screen('new-template');
const Deliveries = screen('deliveries');
const Delivery = screen('delivery');
const Dashboards = screen('dashboards');
const Dashboard = screen('dashboard');
const Data = screen('data');
const Settings = screen('settings');

const OwnPassword = lazy(() => import('./screens/own-password/own-password.tsx'));

const SCREENS: readonly (readonly [string, ReactNode])[] = [
  ['/p/:project/operations', <Operations key="operations" />],
  ['/p/:project/scenarios', <Scenarios key="scenarios" />],
  ['/p/:project/new-scenario', <NewScenario key="new" />],
  ['/p/:project/scenarios/:id/:part?', <Scenario key="scenario" />],
  ['/p/:project/runs/:id', <Run key="run" />],
  ['/p/:project/templates', <Templates key="templates" />],
  ['/p/:project/templates/:slug/:part?', <Template key="template" />],
  ['/p/:project/new-template', <NewTemplate key="new-template" />],
  ['/p/:project/deliveries', <Deliveries key="deliveries" />],
  ['/p/:project/deliveries/:id', <Delivery key="delivery" />],
  ['/p/:project/dashboards', <Dashboards key="dashboards" />],
  ['/p/:project/dashboards/:id/:part?', <Dashboard key="dashboard" />],
  ['/p/:project/data/:part?/:id?', <Data key="data" />],
  ['/p/:project/settings/:part?', <Settings key="settings" />],
];

export function App() {
  const session = useSession();
  if (session.state === 'unknown') return null;
  if (session.state === 'out') return <SignIn why={session.why} />;
  if (session.me.must_reset_password) {
    return (
      <Suspense>
        <OwnPassword me={session.me} />
      </Suspense>
    );
  }
  return (
    <Switch>
      <Route path="/sign-in">
        <Onward />
      </Route>
      <Route>
        <LeaveGuard>
          <Shell>
            <Suspense fallback={<Waiting />}>
              <Switch>
                {SCREENS.map(([path, screen]) => (
                  <Route key={path} path={path}>
                    {screen}
                  </Route>
                ))}
                <Route>
                  <Nothing />
                </Route>
              </Switch>
            </Suspense>
          </Shell>
        </LeaveGuard>
      </Route>
    </Switch>
  );
}

function Waiting() {
  return (
    <Page title="Loading">
      <Skeleton lines={6} />
    </Page>
  );
}

function Nothing() {
  const { project } = usePlace();
  return (
    <Page title="Nothing here">
      <Empty title="There is nothing at this address.">
        <ButtonLink href={paths.operations(project.slug)}>To Operations</ButtonLink>
      </Empty>
    </Page>
  );
}
