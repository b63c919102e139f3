/* An answer in one of several forms. */

const FORMS = { text: "Text", markdown: "Markdown", json: "JSON", words: "Differences" };

/** A text as it is, with what is invisible made visible. */
function plainText(text) {
    return el("pre", { class: "text", dir: "auto", tabindex: 0 }, text === "" ? el("em", {}, "empty") : visible(text));
}

/** The answer of a side in a form; `reference` is what differences are shown against, or null for the first side. */
function answerBody(side, form, reference, others) {
    const text = side.text ?? "";
    if (form === "markdown") return el("div", { class: "markdown", dir: "auto" }, markdown(text));
    if (form === "json") {
        const value = jsonOf(text);
        return value === undefined
            ? [el("p", { class: "hint" }, "This answer is not JSON."), plainText(text)]
            : el("div", { class: "json" }, jsonTree(value));
    }
    if (form !== "words") return plainText(text);
    const [first, second, kind] =
        reference === null ? [text, others[0]?.text, "removed"] : [reference.text, text, "added"];
    if (second === undefined || first === undefined) return plainText(text);
    const pieces = differences(first, second);
    if (pieces === null) return [el("p", { class: "hint" }, "Too long to be compared word by word."), plainText(text)];
    // With several others, the first text cannot show its differences from each.
    if (kind === "removed" && others.length > 1) return plainText(text);
    return el("pre", { class: "text", dir: "auto", tabindex: 0 }, markedText(pieces, kind));
}

/** What each assertion says. */
function assertionRows(asserts, depth = 0) {
    return asserts.flatMap((assertion) => {
        const result = assertion.pass === null ? "none" : assertion.pass ? "pass" : "fail";
        const row = el(
            "li",
            { class: depth > 0 ? "member" : null },
            el(
                "span",
                { class: `badge ${result}` },
                el("span", { "aria-hidden": "true" }, `${SIGNS[result]} `),
                result === "none" ? "no verdict" : result,
            ),
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
