/* Answers as Markdown. They are hostile: nothing of them is inserted that was not purified, and nothing is loaded. */

const MARKDOWN_TAGS = [
    "a", "blockquote", "br", "code", "del", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img", "li", "ol", "p", "pre",
    "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
];

/** A text of Markdown as elements; links and images become texts with their addresses. */
function markdown(text) {
    const html = marked.parse(text, { gfm: true, headerIds: false, mangle: false });
    const fragment = DOMPurify.sanitize(html, {
        RETURN_DOM_FRAGMENT: true,
        ALLOWED_TAGS: MARKDOWN_TAGS,
        ALLOWED_ATTR: ["alt", "href"],
        ALLOW_DATA_ATTR: false,
        ALLOW_ARIA_ATTR: false,
    });
    for (const link of fragment.querySelectorAll("a")) {
        const address = link.getAttribute("href");
        const isShown = !address || address === link.textContent;
        link.replaceWith(el("span", { class: "link" }, [...link.childNodes], isShown ? null : ` (${address})`));
    }
    for (const image of fragment.querySelectorAll("img")) {
        image.replaceWith(`[image${image.alt ? `: ${image.alt}` : ""}]`);
    }
    for (const heading of fragment.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
        // They are no headings of the page.
        heading.replaceWith(el("p", { class: `heading ${heading.localName}` }, [...heading.childNodes]));
    }
    return fragment;
}
