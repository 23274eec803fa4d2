# Kill is not stop: the swarm sees how a container ended, not who ended it, and what the program said last decides whether another starts.
set -e

# docker ps knows the containers of its own machine alone, so what is ended by hand here runs on this one.
start() { docker service create -d --constraint node.hostname==manager1 "$@"; }
container() { docker ps -q --filter "name=$1"; }
last() { docker service ps "$1" --filter desired-state=shutdown --format '{{.CurrentState}} {{.Error}}' | head -n 1; }
replicas() { docker service ls --filter "name=$1" --format '{{.Replicas}}'; }

start --name web nginx
start --name polite --restart-condition on-failure nginx
lab wait converged web
lab wait converged polite

# Killed, both are back in seconds: other containers, of other tasks.
for service in web polite; do
  before="$(container $service)"
  docker kill "$before"
  lab wait 10s
  after="$(container $service)"
  test -n "$after" -a "$after" != "$before"
  last $service | grep '^Failed .*non-zero exit (137)'
done

# Stopped, both programs end well. One service is to run whatever happens; the other has nothing to complain of, and stays down.
docker stop "$(container web)" "$(container polite)"
lab wait 1h
last web | grep '^Complete'
test "$(replicas web)" = 1/1
test "$(replicas polite)" = 0/1
docker service ps polite --format '{{.CurrentState}}' | head -n 1 | grep '^Complete'
lab expect tasks polite 0 --say 'a container that was stopped by hand is not started again on-failure, and is missed by nobody'

# What the swarm wants is up to the swarm: a new order brings it back.
docker service update -d --force polite
lab wait converged polite
lab expect tasks polite 1

# Who does not listen is killed after the grace period, and has failed: the same stop, and it is back.
lab image deaf:1 --stop ignores
start --name deaf --restart-condition on-failure --stop-grace-period 5s deaf:1
lab wait converged deaf
docker stop "$(container deaf)"
lab wait 10s
last deaf | grep '^Failed .*non-zero exit (137)'
lab expect tasks deaf 1 --say 'the same docker stop, of a program that ignores it, ends in a new container'

# By force a container is removed with what it wrote; that there was a task is for the swarm to forget.
lab image talks:1 --log 'last words'
start --name talks talks:1
lab wait converged talks
gone="$(container talks)"
test "$(docker logs "$gone")" = 'last words'
docker rm -f "$gone"
lab wait 10s
if docker logs "$gone"; then exit 1; fi
test "$(docker service logs talks | grep -c 'last words')" -eq 1
test "$(docker service ps talks -q | wc -l)" -eq 2
lab expect tasks talks 1
