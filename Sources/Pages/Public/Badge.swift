internal import Deploy
internal import Git

/// A small picture with the state of a site, for a README.
struct Badge {
    /// The left part.
    let label: String
    /// The right part, such as `deployed 1a2b3c`.
    let text: String
    /// The colour of the right part. White text is readable on each.
    let colour: String

    /// The badge of a site. Tells no reason of a failure: the badge may be public.
    init(_ facts: SiteFacts) {
        label = facts.site.name
        let commit = (facts.last?.commit?.short).map { " \($0)" } ?? ""
        let isRunning = facts.current?.state == .running
        (text, colour) =
            switch (isRunning, facts.last?.state) {
            case (true, _): ("deploying", "#0b5cad")
            case (_, .failed): ("failed", "#b42318")
            case (_, .deployed), (_, .unchanged): ("deployed\(commit)", "#1a7f37")
            case (_, .pinned): ("pinned", "#8a5a00")
            case (_, .skipped), (_, .cancelled): ("skipped", "#5c636b")
            default: ("not deployed", "#5c636b")
            }
    }

    /// The picture as SVG.
    var svg: String {
        let (left, right) = (Self.width(label), Self.width(text))
        let (width, label, text) = (left + right, label.escapedForBadge, text.escapedForBadge)
        return """
            <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="20" role="img" aria-label="\(label): \(text)">
            <title>\(label): \(text)</title>
            <clipPath id="c"><rect width="\(width)" height="20" rx="3"/></clipPath>
            <g clip-path="url(#c)"><rect width="\(left)" height="20" fill="#3d4248"/><rect x="\(left)" width="\(right)" height="20" fill="\(colour)"/></g>
            <g fill="#fff" text-anchor="middle" font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
            <text x="\(left / 2)" y="14" textLength="\(left - 12)">\(label)</text>
            <text x="\(left + right / 2)" y="14" textLength="\(right - 12)">\(text)</text>
            </g>
            </svg>

            """
    }

    /// The width of a part in pixels. The text is stretched to fit.
    private static func width(_ text: String) -> Int { 12 + 13 * min(max(text.unicodeScalars.count, 1), 200) / 2 }
}
