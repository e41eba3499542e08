/** A template's configuration as it is edited: its fields in the order of the handbook, without what says nothing. */
import { isRecord, tidy, type Configuration } from '../../scenario/editor/configuration.ts';

const FIELDS = [
  ...['slug', 'display_name', 'description', 'parameters', 'trigger', 'policies', 'steps'],
  'default_enabled',
];
const OF_PARAMETER = ['name', 'type', 'options', 'default', 'required', 'help'];

/** @param configuration as the API gives it. */
export function tidyTemplate(configuration: unknown): Configuration {
  if (!isRecord(configuration)) return {};
  const { parameters, default_enabled: isDefault, ...rest } = configuration;
  return inOrder(FIELDS, {
    ...tidy(rest),
    ...(Array.isArray(parameters) &&
      parameters.length > 0 && { parameters: parameters.map(tidyParameter) }),
    ...(isDefault === true && { default_enabled: true }),
  });
}

/** Required is the rule, and no help is no help. */
function tidyParameter(parameter: unknown): unknown {
  if (!isRecord(parameter)) return parameter;
  const { required, help, ...rest } = parameter;
  return inOrder(OF_PARAMETER, {
    ...rest,
    ...(required === false && { required }),
    ...(help !== '' && help !== undefined && { help }),
  });
}

/** Others go last, as they come. */
function inOrder(order: readonly string[], record: Configuration): Configuration {
  const rank = (key: string) => (order.includes(key) ? order.indexOf(key) : order.length);
  return Object.fromEntries(Object.entries(record).toSorted(([a], [b]) => rank(a) - rank(b)));
}
