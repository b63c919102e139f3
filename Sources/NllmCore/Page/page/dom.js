/* Elements are made by these functions alone; texts become text nodes, never markup. */

/**
 * Makes an element.
 *
 * Attributes that are null or false are left out; functions listen to the event of their name. Children are nodes,
 * texts, lists of them, or null for nothing.
 */
function el(tag, attributes = {}, ...children) {
    return fill(document.createElement(tag), attributes, children);
}

/** Makes an element of a drawing. */
function svg(tag, attributes = {}, ...children) {
    return fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);
}

function fill(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
        if (typeof value === "function") element.addEventListener(name, value);
        else if (value !== null && value !== undefined && value !== false) {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
    element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
    return element;
}

function byId(id) {
    return document.getElementById(id);
}

/** Replaces what is in an element. */
function show(element, ...children) {
    element.replaceChildren(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
}

/** A button that copies a text. */
function copyButton(text, label) {
    const button = el("button", { type: "button", class: "quiet", "aria-label": `Copy ${label}` }, "Copy");
    button.addEventListener("click", async () => {
        try {
            await navigator.clipboard.writeText(text);
            button.textContent = "Copied";
        } catch {
            button.textContent = "Select and copy by hand";
        }
    });
    return button;
}

/** A table that scrolls sideways where it has to; a row begins with its own heading; contents are texts or elements. */
function table(name, headings, rows) {
    const shown = (content) => (typeof content === "string" ? visible(content) : content);
    const heading = (scope) => (content) => el("th", { scope }, shown(content));
    return el(
        "div",
        { class: "wide", tabindex: 0, role: "region", "aria-label": name },
        el(
            "table",
            {},
            el("thead", {}, el("tr", {}, headings.map(heading("col")))),
            el(
                "tbody",
                {},
                rows.map(([first, ...cells]) =>
                    el(
                        "tr",
                        {},
                        heading("row")(first),
                        cells.map((content) => el("td", { dir: "auto" }, shown(content))),
                    ),
                ),
            ),
        ),
    );
}

/** A choice of values; each option is a value and its text. */
function select(label, options, value, choose) {
    const known = options.some(([option]) => option === value) ? options : [...options, [value, value]];
    const id = `choice-${label.replaceAll(" ", "-")}`;
    return el(
        "span",
        { class: "choice" },
        el("label", { for: id }, label),
        el(
            "select",
            { id, change: (event) => choose(event.target.value) },
            known.map(([option, text]) => el("option", { value: option, selected: option === value }, text)),
        ),
    );
}
