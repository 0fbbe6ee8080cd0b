import Foundation

/// What visitors of a site get, compared with the files of the live commit.
enum VisitedPage: Equatable {
    /// The page is the file.
    case current
    /// nginx serves other folders, and none of the site's.
    case otherFolder(served: String, live: String)
    /// The server on this machine answers with another page than the file.
    case otherPage(url: String, file: String)
    /// The server on this machine has the file; the public address has another page.
    case cachedBefore(url: String, sign: String?)
    /// The page is the file, but browsers may show an older page for `seconds`.
    case cachedByBrowsers(url: String, seconds: Int)
    /// The server answers with an error.
    case error(url: String, status: Int)
    /// The public address does not answer this machine.
    case noAnswer(url: String, reason: String, remedy: String?)
}
