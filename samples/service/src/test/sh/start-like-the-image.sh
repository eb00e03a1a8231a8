#!/bin/sh
# Starts the service as the image does, in a mount namespace of its own: user 10001 without
# capabilities, every file system read-only, and an empty folder for temporary files from which
# nothing can be run.
#
# Usage, as root: unshare --mount sh start-like-the-image.sh JAVA_HOME CLASS_PATH REGISTRY
set -eu
java_home=$1
class_path=$2
registry=$3

mount --make-rprivate /
mount -t tmpfs tmpfs /mnt
mkdir /mnt/app /mnt/app/lib /mnt/app/classes /mnt/native /mnt/tmp /mnt/registry
IFS=:
for entry in $class_path; do
  if [ -d "$entry" ]; then cp -r "$entry/." /mnt/app/classes; elif [ -f "$entry" ]; then cp "$entry" /mnt/app/lib; fi
done
unset IFS
cp -r "$registry/." /mnt/registry
(cd /mnt/tmp && "$java_home/bin/jar" xf /mnt/app/lib/onnxruntime-1*.jar ai/onnxruntime/native \
  && cp ai/onnxruntime/native/linux-"$(uname -m | sed 's/x86_64/x64/')"/*.so /mnt/native && rm -r ai)
chmod -R a+rX /mnt
awk '{print $5}' /proc/self/mountinfo | while read -r mount; do
  mount -o remount,ro,bind "$mount" 2>/dev/null || true
done
mount -t tmpfs -o noexec,nosuid,nodev,size=16m,mode=1777 tmpfs /mnt/tmp
for folder in / /tmp /mnt /mnt/registry; do
  if touch "$folder/written" 2>/dev/null; then echo "$folder can be written"; exit 1; fi
done
cd /
exec setpriv --reuid=10001 --regid=10001 --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
  env -i ORT_DISABLE_TELEMETRY=1 MLOPS_REGISTRY=/mnt/registry MLOPS_MODEL=flight-delay@champion MLOPS_HOST=127.0.0.1 MLOPS_PORT=0 \
  MLOPS_GRPC_PORT=0 "$java_home/bin/java" -XX:MaxRAMPercentage=50 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError \
  --add-opens=java.base/java.nio=ALL-UNNAMED -Djava.io.tmpdir=/mnt/tmp -Donnxruntime.native.path=/mnt/native \
  -cp '/mnt/app/classes:/mnt/app/lib/*' io.mlops4j.samples.service.Main
