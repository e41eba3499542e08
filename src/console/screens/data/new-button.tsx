/** Makes a dataset, a recipe or an agent: what the part of the screen shows, or one of the three. */
import { lazy, Suspense, useState } from 'react';
import { Button } from '../../parts/button.tsx';
import { Icon } from '../../parts/icon.tsx';
import { Menu, MenuItem } from '../../parts/menu.tsx';

const DatasetForm = lazy(() => import('./dataset-form.tsx'));
const RecipeForm = lazy(() => import('./recipe-form.tsx'));
const AgentForm = lazy(() => import('./agent-form.tsx'));

const FORMS = { dataset: DatasetForm, recipe: RecipeForm, agent: AgentForm } as const;
type Made = keyof typeof FORMS;
const OF_PART: Readonly<Record<string, Made>> = {
  datasets: 'dataset',
  recipes: 'recipe',
  agents: 'agent',
};

export function NewButton({ part }: { part: string }) {
  const [making, setMaking] = useState<Made | null>(null);
  const one = OF_PART[part];
  const Form = making && FORMS[making];
  return (
    <>
      {one ? (
        <Button kind="primary" icon={<Icon name="plus" />} onClick={() => setMaking(one)}>
          New {one}
        </Button>
      ) : (
        <Menu
          trigger={
            <Button kind="primary" icon={<Icon name="plus" />}>
              New
            </Button>
          }
        >
          <MenuItem onSelect={() => setMaking('dataset')}>Dataset</MenuItem>
          <MenuItem onSelect={() => setMaking('recipe')}>Recipe</MenuItem>
          <MenuItem onSelect={() => setMaking('agent')}>Agent</MenuItem>
        </Menu>
      )}
      {Form && (
        <Suspense>
          <Form before={null} onClose={() => setMaking(null)} />
        </Suspense>
      )}
    </>
  );
}
