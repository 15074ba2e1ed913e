#!/usr/bin/env bash
# Does what docs/tutorial.md says, in a home of its own, and compares what is
# printed: each `console` block has commands behind `$ ` and their whole output,
# in which … stands for anything.  A command without output prints nothing.
#
#   tutorial.sh            the check
#   tutorial.sh print      the commands and what they print
set -u
: "${BUILD:=build}" "${MAKE:=make}"
BUILD=$(realpath "$BUILD")
page=$PWD/docs/tutorial.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
print=${1:-}
passed=0
failed=0
command=
want=
export BUILD HOME=$work MAKEFLAGS=--no-print-directory PORT=$((20000 + $$ % 20000))
export SYSTEMC_DISABLE_COPYRIGHT_MESSAGE=1
unset SYSTOLITH_HOME SYSTOLITH_RTL MAKELEVEL

# Whether text is what was wanted, … being anything.
fits() {
  local pattern=${2//\\/\\\\}
  pattern=${pattern//\*/\\*}
  pattern=${pattern//\?/\\?}
  pattern=${pattern//\[/\\[}
  # shellcheck disable=SC2053
  [[ $1 == ${pattern//…/*} ]]
}

# Runs the command that was read, here, so that cd and export last.
finish() {
  local said
  [ -n "$command" ] || return 0
  eval "$command" >"$work/.said" 2>&1 </dev/null
  said=$(sed "s|$work|/home/me|g" "$work/.said")
  if [ "$print" = print ]; then
    printf '$ %s\n%s\n' "$command" "$said"
  elif fits "$said" "${want%$'\n'}"; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAIL %s\n%s\n' "$command" "$said"
    diff <(echo "${want%$'\n'}") <(echo "$said")
  fi
  command=
  want=
}

while IFS= read -r line; do
  case $line in
  '$ '*)
    finish
    command=${line#??}
    ;;
  *) want+=$line$'\n' ;;
  esac
done < <(awk '/^```console$/ { inside = 1; next }
              /^```/ { inside = 0 }
              inside' "$page")
finish
[ "$print" = print ] && exit
echo "tutorial: $passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
