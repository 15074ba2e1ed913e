#!/usr/bin/env bash
# Runs the commands that README and docs show, as they are shown, and checks
# that every link leads somewhere and that no @PLACEHOLDER@ is left.
#
# Every `sh` block is run line by line from the root of the source tree.  A line
# that starts with `make` must name a target that exists (the targets run as
# steps of their own); any other line must succeed.
set -u
passed=0
failed=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
root=$PWD

# judge NAME COMMAND...: one check.
judge() {
  if "${@:2}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL $1"
  fi
}

# anchors PAGE: what its headings are called in links.
anchors() {
  sed -nE 's/^#+ +//p' "$1" | tr '[:upper:]' '[:lower:]' |
    sed -E 's/[^a-z0-9 _-]//g; s/ /-/g'
}

# leads PAGE TARGET: the file exists, and the heading in it.
leads() {
  local page=$1 target=$2 path=${2%%#*} file
  file=$page
  [ -z "$path" ] || file=$(dirname "$page")/$path
  [ -e "$file" ] || return 1
  case $target in
  *.md\#* | \#*) anchors "$file" | grep -qxF -- "${target#*#}" ;;
  esac
}

# is_test NAME: a unit test of that name exists.
is_test() { grep -qrw --include='*.c' -- "$1" tests; }

# is_step NAME: a step of the suite.
is_step() { grep -q "^$1 *|" tests/suite.txt; }

no_placeholder() { ! grep -nE '@[A-Z][A-Z0-9_]*@' "$1"; }

for page in *.md docs/*.md docs/*/*.md verif/*.md; do
  judge "$page: a placeholder is left" no_placeholder "$page"
  while read -r target; do
    case $target in http://* | https://* | mailto:*) continue ;; esac
    judge "$page: link to $target" leads "$page" "$target"
  done < <(grep -oE '\]\([^)]+\)' "$page" | sed -E 's/^\]\(//; s/\)$//')
done

# The test plan names what exists.
plan=verif/testplan.md
while read -r name; do
  judge "$plan: no test $name" is_test "$name"
done < <(grep -oE '`test_[a-z0-9_]+`' "$plan" | tr -d '`')
while read -r name; do
  judge "$plan: no step $name" is_step "$name"
done < <(grep -oE '\bsteps? `[^|;]*' "$plan" | grep -oE '`[a-z0-9-]+`' | tr -d '`')

# The shown commands use build/; lay out a copy that another BUILD can serve.
ln -s "$root"/* "$scratch" && rm -f "$scratch/build"
ln -s "$(realpath "$BUILD")" "$scratch/build"
cd "$scratch" || exit 1

while IFS=$'\t' read -r file line command; do
  [ -n "$command" ] || continue
  case $command in
  git\ * | cd\ * | \#*) continue ;;
  make*)
    target=$(sed -E 's/^make +([A-Z]+=[^ ]+ +)*([a-z-]+).*/\2/' <<<"$command")
    grep -qE "^$target:" "$root"/Makefile "$root"/mk/*.mk
    ;;
  *) timeout 300 bash -c "$command" >"$scratch/out.log" 2>"$scratch/err.log" ;;
  esac
  if [ $? -eq 0 ]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "FAIL $file:$line: $command"
    tail -5 "$scratch/err.log"
  fi
done < <(cd "$root" && awk '
  FNR == 1 { inside = 0 }
  /^```sh$/ { inside = 1; next }
  /^```/ { inside = 0 }
  inside { printf "%s\t%d\t%s\n", FILENAME, FNR, $0 }' README.md docs/*.md)
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
