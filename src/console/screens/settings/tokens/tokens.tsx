/** What scripts and services ask the API with. */
export default function Tokens() {
  return null;
}
