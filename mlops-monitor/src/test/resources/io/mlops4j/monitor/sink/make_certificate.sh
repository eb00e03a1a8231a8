#!/bin/sh
# Makes webhook.p12: a key and its self-signed certificate for the names that WebhookSinkTest uses.
set -e
cd "$(dirname "$0")"
rm -f webhook.p12
keytool -genkeypair -alias webhook -keyalg EC -groupname secp256r1 -validity 36500 \
  -dname CN=alarms.example -ext san=dns:alarms.example -storetype PKCS12 \
  -keystore webhook.p12 -storepass changeit
