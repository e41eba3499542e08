/** People, as far as their colleagues may know them. */
import { builder } from './builder.ts';
import { who } from './context.ts';
import { nodeId } from './id.ts';
import { loader } from './loader.ts';
import { viewableUsers } from './viewable.ts';

export const User = builder.prismaNode('User', {
  nullable: true,
  description: 'A person, a service, or the system itself (0).',
  id: { field: 'id', description: 'As in `User:7`.' },
  findUnique: (id, context) => ({ id: nodeId(id), AND: [viewableUsers(who(context))] }),
  fields: (t) => ({
    databaseId: t.exposeInt('id', { description: 'The number that REST shows.' }),
    name: t.exposeString('name', { description: 'For people.' }),
    email: t.exposeString('email', { description: 'The address; sign-in names are these.' }),
    isService: t.exposeBoolean('isService', { description: 'Not a person: it has only tokens.' }),
  }),
});

/** Users by their number; null where there is no such user in the organisation. */
export const usersOf = loader((ids, context) =>
  context.prisma.user.findMany({
    where: { id: { in: ids }, AND: [viewableUsers(who(context))] },
  }),
);
