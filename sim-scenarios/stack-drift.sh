# A stack is labels and a loop in the client: to deploy it again does not make the swarm equal to the file.
set -e

cat > shop.yml <<YAML
services:
  front:
    image: nginx:1.27
    networks: [inside]
    configs:
      - source: greeting
        target: /etc/greeting
    deploy:
      replicas: 2
  cache:
    image: redis:7
    networks: [inside]
networks:
  inside:
configs:
  greeting:
    file: ./greeting.txt
YAML
echo 'good morning' > greeting.txt
docker stack deploy -c shop.yml shop
lab wait converged
lab expect tasks shop_front 2

# Somebody scales by hand. The next deployment takes that back, for the file says two.
docker service scale -d shop_front=5
lab wait converged
lab expect tasks shop_front 5
docker stack deploy -c shop.yml shop
lab wait converged
lab expect tasks shop_front 2 --say 'to deploy again takes back what was scaled by hand'

# What is deleted from the file stays in the swarm: only --prune removes it.
awk '/^  cache:/ { skip = 1; next } /^  [a-z]/ || /^[a-z]/ { skip = 0 } !skip' shop.yml > less.yml
if grep -q cache less.yml; then exit 1; fi
docker stack deploy -c less.yml shop
lab wait converged
lab expect tasks shop_cache 1 --say 'a service that the file names no more runs on'
docker stack deploy --prune -c less.yml shop
test "$(docker stack services shop --format '{{.Name}}')" = shop_front

# A config never changes: new content under the old name is refused, and nothing of the service is updated.
echo 'good evening' > greeting.txt
sed 's/nginx:1.27/nginx:1.28/' less.yml > evening.yml
if docker stack deploy -c evening.yml shop 2> refusal.txt; then exit 1; fi
cat refusal.txt
grep -q 'only updates to Labels are allowed' refusal.txt
docker service inspect shop_front --format '{{.Spec.TaskTemplate.ContainerSpec.Image}}' | grep -q 'nginx:1.27'

# Another name for another content: the old config stays until somebody removes it.
sed 's/^  greeting:/  greeting2:/; s/source: greeting/source: greeting2/' evening.yml > renamed.yml
docker stack deploy -c renamed.yml shop
lab wait update shop_front completed
test "$(docker config ls --format '{{.Name}}' | grep -c shop_greeting)" -eq 2
docker config rm shop_greeting

# A file that is not changed changes nothing: no task is replaced.
before="$(docker service ps shop_front -q | sort)"
docker stack deploy -c renamed.yml shop
lab wait 30s
test "$(docker service ps shop_front -q | sort)" = "$before"
lab expect converged shop_front --say 'to deploy the same file again replaces no task'
