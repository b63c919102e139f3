internal import Crypto
internal import FoundationEssentials

/// The page's own files, which are joined into one document.
enum PageSources {
    /// Libraries, each a script of its own, then the page's script, whose files declare functions for each other.
    private static let scripts = [
        text(PackageResources.marked_umd_min_js), text(PackageResources.purify_min_js),
        text(PackageResources.diff_js), "\"use strict\";\n" + own.map(text).joined(separator: "\n"),
    ]

    private static let own = [
        PackageResources.format_js, PackageResources.dom_js, PackageResources.blocks_js, PackageResources.rows_js,
        PackageResources.groups_js, PackageResources.filters_js, PackageResources.search_js,
        PackageResources.fragment_js, PackageResources.words_js, PackageResources.json_js,
        PackageResources.markdown_js, PackageResources.charts_js, PackageResources.summary_js,
        PackageResources.toolbar_js, PackageResources.grid_js, PackageResources.answer_js, PackageResources.cell_js,
        PackageResources.parts_js, PackageResources.keyboard_js, PackageResources.page_js,
    ]

    private static let style = [
        PackageResources.base_css, PackageResources.head_css, PackageResources.grid_css, PackageResources.cell_css,
        PackageResources.summary_css, PackageResources.media_css,
    ].map(text).joined(separator: "\n")

    /// The document up to where the data begin: its policy, style and visible frame.
    ///
    /// - Parameter title: the title; it may hold any characters.
    /// - Returns: HTML.
    static func head(title: String) -> String {
        """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="\(policy)">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <meta name="referrer" content="no-referrer">
        <title>\(escaped(title))</title>
        <style>\(style)</style>
        </head>
        \(text(PackageResources.page_html))
        """
    }

    /// The scripts and the end of the document.
    static var foot: String {
        scripts.map { "<script>\($0)</script>\n" }.joined() + "</body>\n</html>\n"
    }

    /// Nothing is loaded, sent or framed, and only the scripts and the style that are written here take effect.
    private static var policy: String {
        let hashes = scripts.map { "'\(hash($0))'" }.joined(separator: " ")
        return """
            default-src 'none'; script-src \(hashes); style-src '\(hash(style))'; base-uri 'none'; \
            form-action 'none'; require-trusted-types-for 'script'; trusted-types dompurify
            """
    }

    private static func hash(_ text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
