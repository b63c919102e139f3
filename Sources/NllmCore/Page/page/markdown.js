/* Answers as Markdown. They are hostile: nothing of them is inserted that was not purified, and nothing is loaded. */

const MARKDOWN_TAGS = [
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "strong",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "ul",
];

function escaped(text) {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}

/** What is not to act as it would elsewhere: markup and addresses are shown as texts, headings are none of the page. */
const RENDERER = {
    html: (text) => escaped(text),
    image: (_, __, text) => `[image: ${escaped(text)}]`,
    link: (address, _, text) => (address === text ? text : `${text} (${escaped(address ?? "")})`),
    heading: (text) => `<p><strong>${text}</strong></p>`,
    checkbox: (isDone) => (isDone ? "☑ " : "☐ "),
};

marked.use({ renderer: RENDERER, gfm: true, headerIds: false, mangle: false });

/** A text of Markdown as elements. */
function markdown(text) {
    return DOMPurify.sanitize(marked.parse(text), {
        RETURN_DOM_FRAGMENT: true,
        ALLOWED_TAGS: MARKDOWN_TAGS,
        ALLOWED_ATTR: [],
        ALLOW_DATA_ATTR: false,
        ALLOW_ARIA_ATTR: false,
    });
}
