#!/bin/sh
# Stands in for git 2.11: an option that its manual pages (of November 2016) do not know is refused, as that git would.
real=REAL_GIT
refuse() {
  echo "$1" >>"REFUSED"
  echo "error: unknown option \`$1'" >&2
  exit 129
}
command=
skip=
for word in "$@"; do
  if [ -n "$skip" ]; then skip=; continue; fi
  if [ -z "$command" ]; then
    case $word in
      -c | -C) skip=1 ;;
      --version | --exec-path | --git-dir=*) ;;
      -*) refuse "git $word" ;;
      *) command=$word ;;
    esac
    continue
  fi
  case $word in
    --) break ;;
    -*) ;;
    *) continue ;;
  esac
  case "$command $word" in
    "status --porcelain=v2" | "status --branch" | "status -z" | "status --untracked-files=no") ;;
    "config -z" | "config --get-regexp" | "config --blob" | "config --get") ;;
    "diff-tree -r" | "diff-tree -z" | "diff-tree --raw" | "diff-tree --no-renames" | "diff-tree --ignore-submodules=none") ;;
    "diff --binary" | "diff --full-index" | "diff --no-color" | "diff --no-ext-diff" | "diff --no-textconv" | "diff --no-renames") ;;
    "diff --src-prefix="* | "diff --dst-prefix="* | "diff --ignore-submodules=dirty") ;;
    "reset --keep" | "reset --hard" | "reset --quiet" | "update-index -q" | "update-index --ignore-submodules" | "update-index --refresh") ;;
    "clone --no-checkout" | "clone --origin" | "clone --branch" | "init --quiet" | "init --bare" | "gc --auto" | "gc --quiet") ;;
    "fetch --no-tags" | "fetch --recurse-submodules=no" | "fetch --refmap=" | "fetch --depth=1" | "fetch --unshallow") ;;
    "log -z" | "log --no-color" | "log --ignore-missing" | "log --max-count="* | "log --skip="* | "log --format="* | "log --not") ;;
    "log --remotes" | "log --tags" | "log --glob="*) ;;
    "rev-parse --verify" | "rev-parse --quiet" | "rev-parse --disambiguate="* | "ls-remote --exit-code" | "ls-remote --symref") ;;
    "submodule --quiet" | "submodule --recursive" | "submodule --init" | "ls-tree -r" | "ls-tree -l" | "ls-tree -z") ;;
    "ls-tree --full-tree" | "checkout-index --quiet" | "checkout-index --all") ;;
    *) refuse "$command $word" ;;
  esac
done
exec "$real" "$@"
