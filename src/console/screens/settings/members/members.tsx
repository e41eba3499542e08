/** Who belongs to the organisation, and what each may do. */
export default function Members() {
  return null;
}
