/** Oneself: the password. */
export default function You() {
  return null;
}
