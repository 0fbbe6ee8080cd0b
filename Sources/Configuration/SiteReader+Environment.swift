internal import Foundation
internal import Text

extension SiteReader {
    /// The site that REPO_PATH names, without a file: it is called as its folder is.
    func read(environment text: String) -> SiteReading {
        var reading = SiteReading(place: "REPO_PATH")
        let absolute = URL(fileURLWithPath: text).standardized.path
        guard let path = SitePath(absolute) else {
            reading.diagnostics.issue(
                "REPO_PATH", "REPO_PATH is \(text.escapedForDisplay), which is not a path", hint: "REPO_PATH=/srv/blog")
            return reading
        }
        let name = SiteName(ofCloneAt: path.text)
        reading.name = name
        reading.path = path
        reading.settings = SiteSettings(
            name: name.text, path: path.text, repository: nil, follows: nil, strategy: .pull, forge: nil,
            timeout: timeout, catchUp: catchUp, secrets: nil, place: reading.place)
        return reading
    }
}
