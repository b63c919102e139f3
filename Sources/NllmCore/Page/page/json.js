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

/** The levels that are shown; answers may have any number. */
const MOST_LEVELS = 60;

/** A tree of a value behind its name; deeper levels, and those with very many members, are folded. */
function jsonTree(value, name = null, depth = 0) {
    const title = name === null ? null : [el("span", { class: "name" }, visible(JSON.stringify(name))), ": "];
    if (value instanceof WrittenNumber) return [title, el("span", { class: "number" }, value.source)];
    if (typeof value === "string") return [title, el("span", { class: "string" }, visible(JSON.stringify(value)))];
    if (value === null || typeof value !== "object") return [title, el("span", { class: "literal" }, String(value))];
    const isArray = Array.isArray(value);
    const entries = isArray ? value.map((item) => [null, item]) : Object.entries(value);
    const [open, close] = isArray ? ["[", "]"] : ["{", "}"];
    if (entries.length === 0) return [title, open + close];
    if (depth >= MOST_LEVELS) return [title, `${open} … ${close}`];
    const folded = `${counted(entries.length, isArray ? "item" : "member")} ${close}`;
    return el(
        "details",
        { class: "tree", open: depth < 3 && entries.length <= 100 },
        el("summary", {}, title, open, el("span", { class: "folded" }, ` ${folded}`)),
        el(
            "ul",
            {},
            entries.map(([key, item]) => el("li", {}, jsonTree(item, key, depth + 1))),
        ),
        close,
    );
}
