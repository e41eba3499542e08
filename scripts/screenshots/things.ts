/** Connectors, calendars and links beside those of the demo: names that do not fit, and a connector that leads nowhere. */
import type { Stage } from './stage.ts';

const LONG = 'Everything that the shops of the north have sold and returned, by shop and by week';

export async function layThings({ ask }: Stage, projectId: string): Promise<void> {
  const config = {
    host: '127.0.0.1',
    port: 1,
    database: 'the_warehouse_of_everything_that_was_sold_and_returned_and_reordered',
    user: 'reader',
  };
  await ask(
    `mutation ($projectId: ID!, $name: String!, $config: JSON!) {
       createConnector(projectId: $projectId, slug: "north", name: $name, type: "postgresql",
         config: $config, secrets: { password: "of a picture" }) { __typename } }`,
    { projectId, name: LONG, config },
  );
  const calendars = [
    { name: 'Holidays', dates: ['2030-12-25', '2030-12-26', '2031-01-01'], weekdays: [6, 7] },
    { name: LONG, dates: ['2020-12-25'], weekdays: [] },
  ];
  for (const calendar of calendars) {
    await ask(
      `mutation ($projectId: ID!, $name: String!, $dates: [String!], $weekdays: [Int!]) {
         saveCalendar(projectId: $projectId, name: $name, dates: $dates, weekdays: $weekdays) {
           __typename } }`,
      { projectId, ...calendar },
    );
  }
  await ask(
    `mutation ($name: String!) { updateOrganisation(allowedRecipientDomains: [$name, "example.com"]) {
       __typename } }`,
    { name: 'demo.example' },
  );
}
