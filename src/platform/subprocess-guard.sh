# Ends a subprocess and all that came from it once its standard input is closed: by the process that started both, or
# by the kernel when that dies, in whatever way.
#
#   sh subprocess-guard.sh MARK      standard input: the process group's number, a line; then nothing until the end
#
# SIGKILL goes to the group and, on Linux, to every process whose limit on file locks is MARK. Whatever a process
# starts inherits that limit, whether it left the group, wiped its environment, closed its files or lost its parent.
# Elsewhere, and where MARK is empty, what has left the group is out of reach.

mark=$1
trap '' HUP INT QUIT TERM

read -r group
read -r _

# Those that live: one that has ended and waits to be reaped has its limits still.
living() {
  for file in $(grep -ls "^Max file locks  *$mark " /proc/[0-9]*/limits); do
    pid=${file#/proc/}
    pid=${pid%/limits}
    grep -qs '^State:.[ZX]' "/proc/$pid/status" || echo "$pid"
  done
}

# A process may start another while we look: nothing is left when we have found nothing twice. 250 looks are 5 s or
# more, for what the kernel cannot end at once, such as a read from a network disk that is gone.
quiet=0
looks=0
while [ "$quiet" -lt 2 ] && [ "$looks" -lt 250 ]; do
  [ "$looks" -eq 0 ] || sleep 0.02
  looks=$((looks + 1))
  [ -z "$group" ] || kill -s KILL -- "-$group" 2>/dev/null
  left=
  [ -z "$mark" ] || left=$(living)
  quiet=$((quiet + 1))
  if [ -n "$left" ]; then
    quiet=0
    kill -s KILL $left 2>/dev/null
  fi
done

[ "$quiet" -eq 2 ] || echo "these processes do not end:" $left >&2
