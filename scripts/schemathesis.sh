#!/usr/bin/env bash
# Brings schemathesis, which asks a server all that its description allows and much that it does not. Prints the Python that has it.
# Ends with 1 and a note where it cannot be installed. scripts/schemathesis.txt has its version and those of all that it needs.
source "$(dirname "$0")/lib.sh"

LIST=$ROOT/scripts/schemathesis.txt
PLACE=$CACHE/schemathesis-$(sha256sum "$LIST" | cut -c 1-12)

# Debian has what makes a room for Python's packages in a package of its own.
room() { python3 -m venv --clear "$PLACE.new" || { have apt-get && [ "$(id -u)" = 0 ] && debian python3-venv && /usr/bin/python3 -m venv --clear "$PLACE.new"; }; }
fill() { room && "$PLACE.new/bin/pip" install --quiet --disable-pip-version-check --retries 1 --requirement "$LIST"; }

if [ ! -x "$PLACE/bin/schemathesis" ]; then
  attempt schemathesis fill
  if [ "$ATTEMPT" != 0 ]; then
    note "schemathesis cannot be installed: $(tail -n 1 "$ATTEMPT_LOG")"
    exit 1
  fi
  # Its programs name the folder in which they were made.
  rm -rf "$PLACE"
  mv "$PLACE.new" "$PLACE"
fi
echo "$PLACE/bin/python3"
