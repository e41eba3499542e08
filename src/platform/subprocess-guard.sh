# Ends a subprocess and all that came from it once its standard input is closed: by the process that started both, or
# by the kernel when that dies, in whatever way.
#
#   sh subprocess-guard.sh MARK [UID SETPRIV]
#                           standard input: the process group's number, a line; then nothing until the end
#
# SIGKILL goes to the group and, on Linux, to every process whose limit on file locks is MARK. Whatever a process
# starts inherits that limit, whether it left the group, wiped its environment, closed its files or lost its parent.
# Elsewhere, and where MARK is empty, what has left the group is out of reach.
#
# A process may lower its limits, though, and lose the mark. So one that is not trusted has a user of its own, UID: then
# SIGKILL goes to all that this user has, in one call to the kernel, which no fork is fast enough to escape.

mark=$1
uid=$2
setpriv=$3
trap '' HUP INT QUIT TERM

read -r group
read -r _

# Only as that user and without a capability: with one it would end every process of the machine.
end_user() {
  "$setpriv" --reuid="$uid" --regid="$uid" --clear-groups --inh-caps=-all --ambient-caps=-all --no-new-privs -- \
    /bin/sh -c '
      grep -qs "^CapEff:[[:space:]]*0*$" /proc/self/status && [ "$1" -gt 0 ] && [ "$(id -u)" -eq "$1" ] &&
        kill -s KILL -- -1' sh "$uid" 2>/dev/null
}

# Those that live: one that has ended and waits to be reaped has its limits and its user still. Few programs are started
# here, for there may be hundreds to look at. What a user of its own has is all that has the mark, and more.
living() {
  set --
  if [ -n "$uid" ]; then
    set -- $(grep -ls "^Uid:.*[[:space:]]$uid[[:space:]]" /proc/[0-9]*/status)
  elif [ -n "$mark" ]; then
    for file in $(grep -ls "^Max file locks  *$mark " /proc/[0-9]*/limits); do
      set -- "$@" "${file%/limits}/status"
    done
  fi
  [ $# -gt 0 ] || return 0
  for file in $(grep -Ls '^State:.[ZX]' "$@"); do
    pid=${file#/proc/}
    echo "${pid%/status}"
  done
}

# A process may start another while we look: nothing is left when we have found nothing twice; once,
# where one call ends all at once. 250 looks are 5 s or
# more, for what the kernel cannot end at once, such as a read from a network disk that is gone.
enough=2
[ -z "$uid" ] || enough=1
quiet=0
looks=0
while [ "$quiet" -lt "$enough" ] && [ "$looks" -lt 250 ]; do
  [ "$looks" -eq 0 ] || sleep 0.02
  looks=$((looks + 1))
  [ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null
  [ -z "$uid" ] || end_user
  left=$(living)
  quiet=$((quiet + 1))
  if [ -n "$left" ]; then
    quiet=0
    kill -s KILL $left 2>/dev/null
  fi
done

[ "$quiet" -eq "$enough" ] || echo "these processes do not end:" $left >&2
