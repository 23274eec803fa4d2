# A swarm made by hand: init, join with tokens, labels, drain, leave, and a node that is removed.
set -e

lab cluster --managers 3 --workers 3 --fresh

docker swarm init --advertise-addr 192.168.99.100
docker swarm join-token worker

worker_token=$(docker swarm join-token -q worker)
manager_token=$(docker swarm join-token -q manager)
for node in manager2 manager3; do
  ssh $node docker swarm join --token $manager_token 192.168.99.100:2377
done
for node in worker1 worker2 worker3; do
  ssh $node docker swarm join --token $worker_token 192.168.99.100:2377
done
lab wait 5s
docker node ls
test "$(docker node ls -q | wc -l)" -eq 6

docker node inspect self --pretty
docker node update --label-add foo --label-add bar=baz worker1
docker node ls --filter node.label=bar=baz

docker swarm update --task-history-limit 1

# What runs on a node that is drained goes elsewhere.
docker service create -d --name web --replicas 4 nginx
lab wait converged web
docker node update --availability drain worker2
lab wait converged web
test -z "$(docker node ps worker2 --filter desired-state=running -q)"

# A node that has left is Down, and stays in the list until somebody removes it.
ssh worker3 docker swarm leave --force
lab wait node worker3 down
docker node ls
docker node rm worker3
lab wait converged web
lab expect tasks web 4 --say 'four tasks of web run'
test "$(docker node ls -q | wc -l)" -eq 5
