# A tag is a sticky note, a digest is a fingerprint: who pushes a tag again changes no service that runs.
set -e

digest() { docker service inspect app --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}'; }
running() { docker service ps app --filter desired-state=running --no-trunc --format '{{.Image}}' | sort -u; }

lab image shop/app:latest --content 'the first build' --log 'first build'
docker service create -d --name app --replicas 3 shop/app:latest
lab wait converged app
first="$(digest)"
case "$first" in shop/app:latest@sha256:*) ;; *) exit 1 ;; esac

# Somebody pushes another build under the same tag. Nobody watches tags: hours later all is as it was.
lab image shop/app:latest --content 'the second build' --log 'second build'
lab wait 2h
test "$(running)" = "$first"

# A task that starts anew, on whatever machine, starts the old build: the service holds its digest.
docker service scale -d app=6
lab wait converged app
lab crash worker1
lab wait node worker1 down
lab wait converged app
test "$(running)" = "$first"

# Even a forced update restarts everything with the old build.
docker service update -d --force app
lab wait update app completed
test "$(digest)" = "$first"
test "$(running)" = "$first"

# To name the image again is what looks the tag up again.
docker service update -d --image shop/app:latest app
lab wait update app completed
second="$(digest)"
test "$second" != "$first"
test "$(running)" = "$second"
lab expect tasks app 6 --say 'six tasks run the second build, and only since the image was named again'

# The way back is a digest too: rollback restores the first one, which the registry still has.
docker service rollback -d app
lab wait update app rollback_completed
test "$(running)" = "$first"

# Without a digest every machine has what it happened to pull: one name, two programs.
lab restart worker1
lab wait node worker1 ready
lab image shop/tool:latest --content one --log one
docker service create -d --name tool --no-resolve-image --constraint node.hostname==worker2 shop/tool:latest
lab wait converged tool
lab image shop/tool:latest --content two --log two
docker service update -d --no-resolve-image --constraint-rm node.hostname==worker2 --replicas 6 --replicas-max-per-node 1 tool
lab wait converged tool
docker service ps tool --filter desired-state=running --format '{{.Node}} {{.Image}}'
images() { docker --context "$1" images --digests --format '{{.Digest}}' shop/tool; }
test -n "$(images worker2)" -a -n "$(images worker3)"
test "$(images worker2)" != "$(images worker3)"
