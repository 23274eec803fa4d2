# An image that needs a login, a pull that fails on one machine, and what --with-registry-auth has to do with it.
set -e

echo secret | docker login --username me --password-stdin registry.example.com

# One machine cannot pull: its task is rejected, and the next attempt goes elsewhere.
lab image registry.example.com/app:1 --denied --on worker1
docker service create -d --name app --replicas 6 --with-registry-auth registry.example.com/app:1
lab wait converged app
docker service ps app
docker service ps app --filter node=worker1 --format '{{.CurrentState}} {{.Error}}' --no-trunc | head -n 1
lab expect tasks app 6
lab expect tasks app 0 worker1 --say 'no task of app runs where its image cannot be pulled'
lab why-not worker1 app.1
