/** The start is refused, and starting again cannot mend it: somebody must look at the database first. */

/** EX_CONFIG of sysexits.h. The units say RestartPreventExitStatus=78. */
export const REFUSED_EXIT_CODE = 78;

export class UpgradeRefused extends Error {
  override readonly name = 'UpgradeRefused';
}
