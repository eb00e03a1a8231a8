#!/bin/sh
# Makes quickstart.png from the page that the quickstart writes. Needs Maven and Chromium; run it in the root of the repository.
# A page that is there already can be named instead: docs/images/quickstart.sh target/quickstart/quickstart.html
set -eu
page=${1:-}
if [ -z "$page" ]; then
  mvn -q -Pquickstart -pl samples/quickstart -am
  page=samples/quickstart/target/quickstart/quickstart.html
fi
page=$(cd "$(dirname "$page")" && pwd)/$(basename "$page")
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 \
  --window-size=1120,1090 --screenshot="$PWD/docs/images/quickstart.png" "file://$page"
