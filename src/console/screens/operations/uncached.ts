/** Asks for the pictures of this screen: each minute is another question. */
import { createUncachedGraphQL } from '../../live/client.ts';

export const uncached = createUncachedGraphQL();
