# A stack: deployed from a file, looked at, changed, removed.
set -e

cat > shop.yml <<YAML
services:
  front:
    image: nginx:1.27
    ports:
      - "8080:80"
    networks: [inside]
    configs:
      - source: greeting
        target: /etc/greeting
    deploy:
      replicas: 3
      update_config:
        parallelism: 1
        delay: 5s
  db:
    image: postgres:16
    networks: [inside]
    deploy:
      placement:
        constraints: [node.role == worker]
networks:
  inside:
    driver: overlay
configs:
  greeting:
    file: ./greeting.txt
YAML
echo 'good morning' > greeting.txt

docker stack deploy -c shop.yml shop
lab wait converged
docker stack ls
docker stack services shop
docker stack ps shop
docker network ls --filter name=shop_inside

# The front is reached at any machine, whether one of its tasks runs there or not.
for node in manager1 worker1 worker2 worker3; do
  curl -s $node:8080
done

# Deployed again with another image: a rolling update. Without replicas in the file, three would become one.
sed 's/nginx:1.27/nginx:1.28/' shop.yml > shop2.yml
docker stack deploy -c shop2.yml shop
lab wait update shop_front completed
docker stack ps shop --filter desired-state=running --format '{{.Name}} {{.Image}}'

# A file that names less, and --prune: what it does not name goes.
cat > less.yml <<YAML
services:
  front:
    image: nginx:1.28
    networks: [inside]
    deploy:
      replicas: 3
networks:
  inside:
YAML
docker stack deploy --prune -c less.yml shop
test "$(docker stack services shop -q | wc -l)" -eq 1

docker stack rm shop
sleep 20
test -z "$(docker service ls -q)"
