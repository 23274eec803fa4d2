# An image that needs a login: who is logged in is the client, and the workers are not, unless the service takes that along.
set -e

image=registry.example.com/app:1
state() { docker service ps app --no-trunc --format '{{.CurrentState}} {{.Error}}'; }

lab image $image --private
echo secret | docker login --username me --password-stdin registry.example.com

# The login stays with the client. It warns that nobody could look the image up, and the machines are refused: every task is rejected.
docker service create -d --name app --replicas 3 $image
lab wait 20s
lab expect tasks app 0 --say 'no machine can pull the image, though the client is logged in'
state | grep '^Rejected' | head -n 1
state | grep -q 'pull access denied'

# With --with-registry-auth the login travels in the service, to whatever machine a task comes to.
docker service update -d --with-registry-auth --force app
lab wait converged app
lab expect tasks app 3

# One machine that is refused all the same: its task is rejected, and the next attempts go elsewhere.
other=registry.example.com/other:1
lab image $other --denied --on worker1
docker service create -d --name other --replicas 6 --with-registry-auth $other
lab wait converged other
docker service ps other --filter node=worker1
lab expect tasks other 6
lab expect tasks other 0 worker1 --say 'no task of other runs where its image cannot be pulled'
