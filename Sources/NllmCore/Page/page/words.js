/* Two texts word by word. */

/** The words, or lines, of both texts together up to which a comparison stays quick. */
const MOST_COMPARED = 4000;

/**
 * The pieces of two texts in order, each with its kind: same, removed (in the first one only) or added.
 *
 * Long texts are compared line by line; null for texts that are too long for that as well.
 */
function differences(first, second) {
    const size = (pattern) => (first.match(pattern)?.length ?? 0) + (second.match(pattern)?.length ?? 0);
    let pieces = null;
    if (size(/\S+/gu) <= MOST_COMPARED) pieces = Diff.diffWordsWithSpace(first, second);
    else if (size(/\n/g) <= MOST_COMPARED) pieces = Diff.diffLines(first, second);
    return pieces?.map(({ value, added, removed }) => ({
        text: value,
        kind: added ? "added" : removed ? "removed" : "same",
    }));
}

/** One of both texts with its differences marked: the first one for "removed", the second one for "added". */
function markedText(pieces, kind) {
    const tag = kind === "removed" ? "del" : "ins";
    return pieces
        .filter((piece) => piece.kind === "same" || piece.kind === kind)
        .map((piece) => (piece.kind === "same" ? visible(piece.text) : el(tag, {}, visible(piece.text))));
}
