# The life of a service: made, looked at, scaled, updated, rolled back, its ports changed, removed.
set -e

lab image myregistry/web:1 --log 'listening on :80'
lab image myregistry/web:2 --log 'listening on :80, better than ever'

echo 'good morning' | docker config create greeting -
docker network create -d overlay backend

docker service create --name web --replicas 2 -p 80:80 --network backend --config greeting myregistry/web:1
docker service create -d --name agent --mode global redis:7
docker service create -d --name frugal --reserve-memory 256M --reserve-cpu 0.5 --constraint node.role==worker nginx
docker service create -d --name data --mount type=volume,source=db,target=/var/lib/db postgres:16
lab wait converged
docker service ls

docker service ps web
docker service inspect --pretty web
docker service scale web=4
docker service logs --tail 100 web
timeout 5s docker service logs -f --tail 100 web || test $? -eq 124
docker service logs --since 1m30s web

# Two at a time, ten seconds apart.
docker service update -d --image myregistry/web:2 --update-parallelism 2 --update-delay 10s web
lab wait update web completed
docker service ps web

# An image that does not start: the update fails, and the service goes back by itself.
lab image myregistry/web:3 --exit 1 --after 1s
docker service update -d --image myregistry/web:3 \
  --update-failure-action rollback --rollback-parallelism 2 --rollback-monitor 5s \
  --rollback-max-failure-ratio 0.2 --rollback-delay 1s web
lab wait update web rollback_completed
docker service inspect -f '{{.UpdateStatus.Message}}' web
test "$(docker service inspect -f '{{.Spec.TaskTemplate.ContainerSpec.Image}}' web | cut -d@ -f1)" = myregistry/web:2

docker service update -d --image myregistry/web:1 --update-failure-action continue web
lab wait update web completed
docker service rollback -d web
lab wait update web rollback_completed

docker service update -d --publish-add published=8080,target=80 web
docker service update -d --publish-add 8081:80 web
docker service update -d --publish-rm 80 web
docker service ls --filter name=web

docker service rm web agent frugal data
sleep 20
test -z "$(docker service ls -q)"
docker config rm greeting
docker network rm backend
