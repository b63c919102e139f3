/* The view as a part of the page's address, so that a link shows what its sender saw. */

const VIEW = {
    page: "results",
    filter: "all",
    query: "",
    scope: "all",
    model: "",
    status: "",
    kind: "",
    metric: "",
    meta: "",
    sort: "",
    by: "outcome",
    descending: false,
    cell: null,
    of: "",
    sample: 1,
    with: [],
    as: "text",
};
/** The names in the address. */
const NAMES = { query: "q", scope: "in", descending: "down" };
/** The values that are allowed where there are only some. */
const CHOICES = {
    page: ["results", "summary"],
    filter: Object.keys(FILTERS),
    scope: Object.keys(SCOPES),
    by: Object.keys(SORTS),
    as: ["text", "markdown", "json", "words"],
};

/** The fragment for a view: what differs from the page as it opens. */
function fragmentOf(view) {
    const pairs = new URLSearchParams();
    for (const [name, usual] of Object.entries(VIEW)) {
        const value = view[name];
        const key = NAMES[name] ?? name;
        if (Array.isArray(usual)) for (const item of value) pairs.append(key, item);
        else if (value !== usual && value !== null) pairs.set(key, value === true ? "1" : String(value));
    }
    return pairs.toString();
}

/** The view of a fragment; what it does not know is left as it is when the page opens. */
function viewOf(fragment) {
    const pairs = new URLSearchParams(fragment.replace(/^#/, ""));
    const view = { ...VIEW, with: [] };
    for (const [name, usual] of Object.entries(VIEW)) {
        const key = NAMES[name] ?? name;
        if (!pairs.has(key)) continue;
        const text = pairs.get(key);
        if (Array.isArray(usual)) view[name] = pairs.getAll(key);
        else if (typeof usual === "boolean") view[name] = text === "1";
        else if (typeof usual === "number") view[name] = Math.max(1, Number.parseInt(text, 10) || 1);
        else if (!CHOICES[name] || CHOICES[name].includes(text)) view[name] = text;
    }
    return view;
}
