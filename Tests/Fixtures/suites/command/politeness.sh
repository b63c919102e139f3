#!/bin/sh
# Says how polite an invitation is: the answer is on standard input, its context as JSON in the file $1.
grep -q '"name"' "$1" || exit 3
case $(cat) in
    *please*) echo true ;;
    *kindly*) echo 0.75 ;;
    *hey*) echo '{"pass": false, "score": 0.25, "reason": "too familiar"}' ;;
    *) echo 'hard to say' ;;
esac
