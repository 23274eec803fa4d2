# An external load balancer before the routing mesh: a machine is drained and another lost, and few requests fail.
set -e

lab image web:1 --serves-in 5ms
docker service create -d --name web --replicas 3 -p 8080:80 web:1
lab wait converged web

curl -s worker1:8080
lab balancer front worker1:8080 worker2:8080 worker3:8080
sleep 10
curl -s front

lab load front:80 --rate 50 --for 10s --most-failed 0

docker node update --availability drain worker1
lab load front:80 --rate 50 --for 10s --most-failed 0

# The balancer takes a dead machine out after three failed checks; until then every third request is lost.
lab crash worker2
lab load front:80 --rate 50 --for 30s
lab load front:80 --rate 50 --for 10s --most-failed 0
lab status
