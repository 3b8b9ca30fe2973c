# Runs one job and keeps its record. Arguments: directory of the job; absolute paths of setsid, cat and mv.
# It needs no agent: an agent may die and come back at any line of this.
#
# Files, all in the job's directory, made by the agent before it starts this: start (the script that becomes the job),
# io/out (a named pipe), output.log; and output.err, main and exit.new, padded with blanks, so that writing them needs no room on a full disk.
cd "$1" || exit 1
setsid=$2 cat=$3 mv=$4

# Whoever creates "begun" decides: we, and the job runs; or an agent that gave us up for lost, and it never does.
IFS= read -r boot < /proc/sys/kernel/random/boot_id
IFS= read -r stat < "/proc/$$/stat"
set -C
printf '%s\n%s\n' "$boot" "$stat" > begun || exit 1
set +C

# A handler, not '': ignored signals would be ignored by the job too. The job runs in the foreground of this shell, so that
# no signal cuts the waiting short, and in a session of its own, so that its "kill 0" does not reach us.
trap : HUP INT QUIT TERM PIPE ALRM USR1 USR2

# Through a pipe to a cat of ours, not straight into the file: a job's "echo error > /dev/stderr" opens its standard error anew
# and would truncate a file. With a full disk it is cat that fails, and says so.
LC_ALL=C "$cat" < io/out >> output.log 2<> output.err &
keeper=$!
"$setsid" /bin/sh ./start < /dev/null > io/out 2>&1
status=$?

# The job has ended with its main process. The agent ends what left its process group when it sees this line.
printf '{"exit_status":%d}' "$status" 1<> exit.new
read -r main _ < main && kill -s KILL -- "-$main" 2> /dev/null

# A handled signal ends "wait", not cat.
wait "$keeper"
kept=$?
while kill -0 "$keeper" 2> /dev/null; do
  wait "$keeper"
  kept=$?
done
printf '{"exit_status":%d,"output_status":%d}' "$status" "$kept" 1<> exit.new
exec "$mv" exit.new exit.json
