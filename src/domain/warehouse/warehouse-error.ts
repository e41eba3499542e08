/** Why a question has no answer, in words for whoever wrote it. */
export class WarehouseError extends Error {
  override readonly name = 'WarehouseError';
}
