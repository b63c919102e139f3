/* An answer in one of several forms. */

const FORMS = { text: "Text", markdown: "Markdown", json: "JSON", words: "Differences" };

/** A text as it is, with what is invisible made visible. */
function plainText(text) {
    return el("pre", { class: "text", dir: "auto", tabindex: 0 }, text === "" ? el("em", {}, "empty") : visible(text));
}

/** The longest answer that is shown as Markdown or JSON. */
const LONGEST_FORMATTED = 1 << 20;

/** A text as Markdown or JSON; undefined if it is not JSON, too long, or nested too deeply. */
function formatted(text, form) {
    if (text.length > LONGEST_FORMATTED) return undefined;
    try {
        if (form === "markdown") return el("div", { class: "markdown", dir: "auto" }, markdown(text));
        const value = jsonOf(text);
        return value === undefined ? undefined : el("div", { class: "json" }, jsonTree(value));
    } catch {
        return undefined;
    }
}

/** A text with its differences from a reference, or of the reference itself from the only other text. */
function compared(text, reference, others) {
    // With several others, the first text cannot show its differences from each.
    if (reference === null && others.length !== 1) return plainText(text);
    const pieces =
        reference === null ? differences(text, others[0].text ?? "") : differences(reference.text ?? "", text);
    return (
        pieces &&
        el(
            "pre",
            { class: "text", dir: "auto", tabindex: 0 },
            markedText(pieces, reference === null ? "removed" : "added"),
        )
    );
}

/** The answer of a side in a form; `reference` is what differences are shown against, or null for the first side. */
function answerBody(side, form, reference, others) {
    const text = side.text ?? "";
    if (form === "text") return plainText(text);
    const body = form === "words" ? compared(text, reference, others) : formatted(text, form);
    return body ?? [el("p", { class: "hint" }, `This answer cannot be shown as ${FORMS[form]}.`), plainText(text)];
}

/** What each assertion says. */
function assertionRows(asserts, depth = 0) {
    return asserts.flatMap((assertion) => {
        const result = assertion.pass === null ? "none" : assertion.pass ? "pass" : "fail";
        const row = el(
            "li",
            { class: depth > 0 ? "member" : null },
            badge(result),
            " ",
            el("strong", {}, visible(assertion.type ?? "")),
            assertion.metric ? [" ", el("span", { class: "tag" }, visible(assertion.metric))] : null,
            assertion.score === null || assertion.score === undefined ? null : ` ${scoreText(assertion.score)}`,
            assertion.reason
                ? [": ", el("span", { dir: "auto", class: "reason" }, visible(String(assertion.reason)))]
                : null,
        );
        return [row, ...assertionRows(assertion.asserts ?? [], depth + 1)];
    });
}

/** A failure of the request. */
function failureText(failure) {
    if (!failure) return null;
    const status = failure.http_status ? ` (${failure.http_status})` : "";
    return el(
        "p",
        { class: "failure" },
        el("strong", {}, `${failure.kind}${status}: `),
        el("span", { dir: "auto" }, visible(failure.message)),
    );
}
