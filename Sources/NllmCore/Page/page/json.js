/* Answers that are JSON, as a tree that can be folded. */

/** A number as it is written, which may have more digits than a number of JavaScript. */
class WrittenNumber {
    constructor(source) {
        this.source = source;
    }
}

/** The object or array that a text is, or that stands in its only fence; undefined if there is none. */
function jsonOf(text) {
    const fenced = /^\s*```(?:json)?\s*\n([\s\S]*?)\n\s*```\s*$/.exec(text);
    const source = (fenced ? fenced[1] : text).trim();
    if (!/^[[{]/.test(source)) return undefined;
    try {
        return JSON.parse(source, (_, value, context) =>
            typeof value === "number" && context?.source ? new WrittenNumber(context.source) : value,
        );
    } catch {
        return undefined;
    }
}

/** A tree of a value; deeper levels, and those with very many members, are folded. */
function jsonTree(value, depth = 0) {
    if (value instanceof WrittenNumber) return el("span", { class: "number" }, value.source);
    if (typeof value === "string") return el("span", { class: "string" }, visible(JSON.stringify(value)));
    if (value === null || typeof value !== "object") return el("span", { class: "literal" }, String(value));
    const entries = Array.isArray(value) ? value.map((item) => [null, item]) : Object.entries(value);
    const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
    if (entries.length === 0) return el("span", {}, open + close);
    const members = entries.map(([name, item]) =>
        el("li", {}, name === null ? null : [el("span", { class: "name" }, visible(JSON.stringify(name))), ": "], [
            jsonTree(item, depth + 1),
        ]),
    );
    const size = counted(entries.length, Array.isArray(value) ? "item" : "member");
    return el(
        "details",
        { class: "tree", open: depth < 3 && entries.length <= 100 },
        el("summary", {}, open, el("span", { class: "size" }, ` ${size} `), close),
        el("ul", {}, members),
    );
}
