/** Which addresses a request that a user asked for may go to. Link-local ones are refused: there, clouds answer with
 *  the machine's credentials. So are those that are no host at all. Loopback and private networks are allowed: what
 *  is called from inside a company mostly stays there. */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('0.0.0.0', 8);
FORBIDDEN.addSubnet('169.254.0.0', 16);
FORBIDDEN.addSubnet('224.0.0.0', 3);
FORBIDDEN.addAddress('100.100.100.200');
FORBIDDEN.addAddress('::', 'ipv6');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
// What carries an IPv4 address inside, so that none of the above is reached in disguise (NAT64, 6to4).
FORBIDDEN.addSubnet('64:ff9b::', 96, 'ipv6');
FORBIDDEN.addSubnet('2002::', 16, 'ipv6');

/** Why nothing may be sent to this address; null when it may. Names are allowed here and judged again by the
 *  addresses to which they resolve. */
export function forbiddenAddress(host: string): string | null {
  const address = host.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(address);
  // An IPv4 address in IPv6 form (::ffff:…) is matched against the rules of both.
  if (version === 0 || !FORBIDDEN.check(address, version === 6 ? 'ipv6' : 'ipv4')) return null;
  return `${address} is a link-local, metadata or multicast address, to which nothing is sent`;
}

/** Why a connection was not made. */
export class ForbiddenAddress extends Error {
  override readonly name = 'ForbiddenAddress';
}

/** For the `lookup` option of a connection: judges what a name resolves to for the very connection that is made, so
 *  that a name cannot lead elsewhere between the check and the call. Hosts that are addresses are not looked up: they
 *  are judged with `forbiddenAddress` before. */
export const outsideLookup: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    if (error) return callback(error, []);
    const refusals = addresses.map(({ address }) => forbiddenAddress(address));
    const refusal = refusals.find((each) => each !== null);
    if (refusal !== undefined) return callback(new ForbiddenAddress(`${hostname}: ${refusal}`), []);
    const [first] = addresses;
    if (options.all || first === undefined) return callback(null, addresses);
    return callback(null, first.address, first.family);
  });
};
